using System.Text;
using DirMail.Mail;
using DirMail.Store;
using DirMail.Transfer;
using DirMail.Unit.Routing;

namespace DirMail.Unit.Transfer;

/// <summary>An automatic reply from the entry to the way out: once a sender and time, as the user, and nobody is told of its fate.</summary>
public sealed class AutoreplyTests
{
    private static readonly string Alice = ExampleDirectory.UserDn("alice", "bcd.com");

    [Fact]
    public async Task A_sender_is_answered_once_in_the_entrys_time_from_the_users_own_address()
    {
        await using TransferRoom room = await OpenAsync();
        room.StartScheduler();
        await MailAsync(room, "x@xyz.test");
        QueueRow reply = await room.Out.AttemptAsync();
        room.Out.Answer(new Outcome.Delivered("192.0.2.9", "ok"));
        Assert.Null(reply.Message.Sender);
        Assert.Equal("x@xyz.test", Assert.Single(reply.Recipients).Recipient.Final.ToString());
        Assert.Equal((room.Directory.Domain("bcd.com").Id, "127.0.70.11"), (reply.Message.Domain, reply.Message.Identity.V4?.ToString()));

        await MailAsync(room, "x@xyz.test");
        await MailAsync(room, "y@xyz.test");
        Assert.Equal("y@xyz.test", (await room.Out.AttemptAsync()).Recipients[0].Recipient.Final.ToString());
        room.Out.Answer(new Outcome.Delivered("192.0.2.9", "ok"));
        await EmptyAsync(room);

        room.Clock.Advance(TimeSpan.FromHours(169));
        await MailAsync(room, "x@xyz.test");
        Assert.Equal("x@xyz.test", (await room.Out.AttemptAsync()).Recipients[0].Recipient.Final.ToString());
        room.Out.Answer(new Outcome.Delivered("192.0.2.9", "ok"));
        await EmptyAsync(room);
        Assert.Equal(4, (await room.InboxAsync("alice", "bcd.com")).Length);
        Assert.False(room.Out.HasAttempt);
    }

    [Fact]
    public async Task In_the_mode_reply_every_message_is_answered_and_users_here_get_it_into_their_mailbox()
    {
        await using TransferRoom room = await OpenAsync();
        room.Directory.Set(Alice, "mailAutoReplyMode", "reply");
        room.StartScheduler();
        for (int i = 0; i < 2; i++)
            await MailAsync(room, "carol@cde.com");
        await EmptyAsync(room);
        string[] replies = await room.InboxAsync("carol", "cde.com");
        Assert.Equal(2, replies.Length);
        Assert.All(replies, reply => Assert.Contains("\r\nSubject: Away\r\n", reply, StringComparison.Ordinal));
        Assert.All(replies, reply => Assert.StartsWith("Return-Path: <>\r\n", reply, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Nobody_hears_of_an_answer_that_cannot_be_delivered()
    {
        await using TransferRoom room = await OpenAsync();
        room.StartScheduler();
        await MailAsync(room, "x@xyz.test");
        await room.Out.AttemptAsync();
        room.Out.Answer(new Outcome.Failed(new(5, 1, 1), "no such user"));
        await EmptyAsync(room);
        await MailAsync(room, "nobody@cde.com");
        await EmptyAsync(room);
        Assert.Empty(await room.InboxAsync("admin", "bcd.com"));
        Assert.Empty(await room.InboxAsync("admin", "cde.com"));
        Assert.Equal(2, (await room.InboxAsync("alice", "bcd.com")).Length);
    }

    [Theory]
    [InlineData("", "alice@bcd.com", "")]
    [InlineData("x@xyz.test", "alice@bcd.com", "Auto-Submitted: auto-replied\r\n")]
    [InlineData("x@xyz.test", "crew@bcd.com", "")]
    [InlineData("alice@bcd.com", "alice@bcd.com", "")]
    public async Task Bounces_automatic_mail_lists_and_the_user_are_not_answered(string sender, string to, string fields)
    {
        await using TransferRoom room = await OpenAsync();
        room.Directory.AddGroup("crew", "bcd.com", ("uniqueMember", Alice));
        room.StartScheduler();
        await MailAsync(room, sender, to, fields);
        await EmptyAsync(room);
        Assert.Single(await room.InboxAsync("alice", "bcd.com"));
        Assert.False(room.Out.HasAttempt);
    }

    [Theory]
    [InlineData("mailAutoReplyText", "")]
    [InlineData("mailAutoReplyMode", "often")]
    public async Task What_the_entry_does_not_say_well_is_told_and_the_mail_goes_its_way(string attribute, string value)
    {
        await using TransferRoom room = await OpenAsync();
        room.Directory.Set(Alice, attribute, value.Length == 0 ? [] : [value]);
        Assert.Contains(room.Directory.Table.Problems, p => p.Dn == Alice && p.Attribute == attribute);
        await MailAsync(room, "x@xyz.test");
        Assert.Single(await room.InboxAsync("alice", "bcd.com"));
        Assert.Equal(value == "often" ? 1 : 0, (await room.QueueAsync()).Count);
    }

    /// <summary>The example's alice, away without an end.</summary>
    private static async Task<TransferRoom> OpenAsync()
    {
        TransferRoom room = await TransferRoom.OpenAsync();
        room.Directory.Set(Alice, "vacationStartDate");
        room.Directory.Set(Alice, "vacationEndDate");
        room.Directory.Set(Alice, "mailDeliveryOption", "mailbox", "autoreply");
        return room;
    }

    private static async Task MailAsync(TransferRoom room, string sender, string to = "alice@bcd.com", string fields = "")
    {
        await using ContentWriter writer = room.Store.NewContent();
        await writer.WriteAsync(Encoding.ASCII.GetBytes($"From: {sender}\r\nTo: {to}\r\nSubject: test\r\n{fields}\r\nText.\r\n"), CancellationToken.None);
        var envelope = new Envelope { Sender = sender.Length == 0 ? null : MailAddress.Parse(sender), Recipients = [new EnvelopeRecipient(MailAddress.Parse(to))] };
        Content content = (await writer.CompleteAsync(CancellationToken.None))!;
        Assert.IsType<AcceptResult.Accepted>(await room.Unit.AcceptAsync(new Submission(envelope, content, TransferRoom.Outside), CancellationToken.None));
    }

    private static async Task EmptyAsync(TransferRoom room)
    {
        while ((await room.QueueAsync()).Count > 0)
            await room.TrailAsync("finished");
    }
}
