using System.Text;
using DirMail.Mail;
using DirMail.Store;
using DirMail.Transfer;

namespace DirMail.Unit.Transfer;

/// <summary>What `dirmail queue show --raw` prints, `dirmail queue inject` takes.</summary>
public sealed class ReadableFormTests
{
    [Fact]
    public async Task A_queued_message_comes_back_octet_for_octet()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        await room.AcceptAsync("carol@cde.com", ["x1@xyz.test", "x2@xyz.test"], room.By("carol", "cde.com"), recipient => recipient with { Notify = Notify.Failure });
        QueueRow row = Assert.Single(await room.QueueAsync());
        string text = await TextAsync(room, row);
        Assert.StartsWith("sender: <carol@cde.com>\nrecipient: <x1@xyz.test> notify=failure\nrecipient: <x2@xyz.test> notify=failure\n----- message -----\nReceived: ", text, StringComparison.Ordinal);

        Assert.IsType<InjectResult.Queued>(await InjectAsync(room, text));
        QueueRow again = (await room.QueueAsync())[1];
        Assert.Equal(row.Message with { Prefix = default, Recipients = [], NextAttempt = default, Expires = default }, again.Message with { Prefix = default, Recipients = [], NextAttempt = default, Expires = default });
        Assert.Equal(row.Message.Recipients, again.Message.Recipients);
        Assert.EndsWith(await room.TextAsync(row), await room.TextAsync(again), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_control_characters_are_a_boundary_and_lines_get_their_ends()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        Assert.IsType<InjectResult.Queued>(await InjectAsync(room, "sender: <>\nrecipient: <carol@cde.com>\n\u0001\u0001\nSubject: by hand\n\nOne\r\nTwo\n"));
        string mail = Assert.Single(await room.InboxAsync("carol", "cde.com"));
        Assert.EndsWith("Subject: by hand\r\n\r\nOne\r\nTwo\r\n", mail, StringComparison.Ordinal);
        Assert.StartsWith("Return-Path: <>\r\n", mail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hosted_sender_s_message_leaves_as_that_user_and_another_s_as_the_host()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        await InjectAsync(room, "sender: <alice@bcd.com>\nrecipient: <x@xyz.test>\n----- message -----\nSubject: a\n\n");
        await InjectAsync(room, "sender: <stranger@xyz.test>\nrecipient: <x@xyz.test>\n----- message -----\nSubject: b\n\n");
        Assert.Equal(["127.0.70.11", null], (await room.QueueAsync()).Select(row => row.Message.Identity.V4?.ToString()));
    }

    [Theory]
    [InlineData("recipient: <x@xyz.test>\n----- message -----\n", 2, "no sender line")]
    [InlineData("sender: <a@b.test>\nrecipient: <nobody>\n----- message -----\n", 2, "is not an address")]
    [InlineData("sender: <a@b.test>\nrecipient: <x@xyz.test>\nSubject: no boundary", 3, "'subject' is not known")]
    public async Task What_cannot_be_read_is_said_by_line(string text, int line, string reason)
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        var wrong = Assert.IsType<InjectResult.Unreadable>(await InjectAsync(room, text));
        Assert.Equal(line, wrong.Line);
        Assert.Contains(reason, wrong.Reason, StringComparison.Ordinal);
        Assert.Empty(await room.QueueAsync());
    }

    [Fact]
    public async Task What_is_too_large_is_refused_and_nothing_is_kept()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        var refused = Assert.IsType<InjectResult.Refused>(await InjectAsync(room, "sender: <>\nrecipient: <carol@cde.com>\n----- message -----\n" + new string('x', 3_000_000)));
        Assert.Equal(552, refused.Reply.Code);
        Assert.Empty(await room.InboxAsync("carol", "cde.com"));
    }

    [Fact]
    public async Task What_was_held_by_hand_for_too_long_goes_back_to_its_sender()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        await room.AcceptAsync("carol@cde.com", ["x@xyz.test"], room.By("carol", "cde.com"));
        await room.Store.Queue.ChangeAsync(new(), new QueueChange.Stop(room.Clock.GetUtcNow()), room.Clock.GetUtcNow(), CancellationToken.None);
        room.StartScheduler();
        await room.TrailAsync("finished");
        Assert.Contains("kept as long as allowed by an administrator", Assert.Single(await room.InboxAsync("carol", "cde.com")), StringComparison.Ordinal);
        Assert.False(room.Out.HasAttempt);
    }

    [Fact]
    public async Task What_is_cancelled_and_returned_is_reported()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        await room.AcceptAsync("carol@cde.com", ["x@xyz.test"], room.By("carol", "cde.com"));
        await room.Store.Queue.ChangeAsync(new(), new QueueChange.Return(ChannelNames.Return, Responses.Cancelled.ToString()), room.Clock.GetUtcNow(), CancellationToken.None);
        room.StartScheduler();
        await room.TrailAsync("finished");
        string report = Assert.Single(await room.InboxAsync("carol", "cde.com"));
        Assert.Contains("Status: 5.7.1\r\n", report, StringComparison.Ordinal);
        Assert.Contains("cancelled by an administrator", report, StringComparison.Ordinal);
    }

    private static async Task<string> TextAsync(TransferRoom room, QueueRow row)
    {
        using var text = new MemoryStream();
        await ReadableForm.WriteAsync(row, await room.Store.Queue.OpenAsync(row.Id, CancellationToken.None), text, CancellationToken.None);
        return Encoding.UTF8.GetString(text.ToArray());
    }

    private static Task<InjectResult> InjectAsync(TransferRoom room, string text) =>
        new Injection(room.Services).RunAsync(new MemoryStream(Encoding.UTF8.GetBytes(text)), 2_000_000, CancellationToken.None);
}
