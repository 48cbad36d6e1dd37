using System.Text.RegularExpressions;
using DirMail.Store;
using DirMail.Transfer;

namespace DirMail.Unit.Transfer;

public sealed partial class HoldTests
{
    private const string Domain = "o=cde.com,o=hosting";
    private const string Carol = "uid=carol,ou=People,o=cde.com,o=hosting";

    [Fact]
    public async Task A_thousand_messages_come_out_in_the_order_in_which_they_came_and_new_mail_comes_after_them()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        room.Directory.Set(Domain, "mailDomainStatus", "hold");
        room.StartScheduler();
        for (int hundred = 0; hundred < 10; hundred++)
            await Task.WhenAll(Enumerable.Range(hundred * 100, 100).Select(i => AcceptAsync(room, i)));
        string[] held = await HeldAsync(room);
        Assert.Equal(1000, held.Length);

        room.Directory.Set(Domain, "mailDomainStatus", "active");
        for (int i = 1000; i < 1010; i++)
            await AcceptAsync(room, i);
        await UntilEmptyAsync(room);
        string[] delivered = Senders(await room.InboxAsync("carol", "cde.com"));
        Assert.Equal([.. held, .. Enumerable.Range(1000, 10).Select(i => $"n{i}")], delivered);
    }

    [Fact]
    public async Task The_order_holds_across_a_restart()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        room.Directory.Set(Carol, "mailUserStatus", "hold");
        for (int i = 0; i < 20; i++)
            await AcceptAsync(room, i);
        room.StartScheduler();
        room.Directory.Set(Carol, "mailUserStatus", "active");
        for (int i = 0; i < 5; i++)
            await room.TrailAsync("finished");
        await room.RestartAsync();
        for (int i = 20; i < 25; i++)
            await AcceptAsync(room, i);
        room.StartScheduler();
        await UntilEmptyAsync(room);
        Assert.Equal(Enumerable.Range(0, 25).Select(i => $"n{i}"), Senders(await room.InboxAsync("carol", "cde.com")));
    }

    [Fact]
    public async Task What_changed_while_no_process_ran_is_released_at_the_start()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        room.Directory.Set(Carol, "mailUserStatus", "hold");
        await AcceptAsync(room, 1);
        await room.RestartAsync();
        room.Directory.Set(Carol, "mailUserStatus", "active");
        room.StartScheduler();
        await UntilEmptyAsync(room);
        Assert.Single(await room.InboxAsync("carol", "cde.com"));
    }

    [Fact]
    public async Task A_user_is_released_alone()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        room.Directory.AddUser("dora", "cde.com", ("mailUserStatus", "hold"));
        room.Directory.Set(Carol, "mailUserStatus", "hold");
        room.StartScheduler();
        Assert.IsType<AcceptResult.Accepted>(await room.AcceptAsync("n0@xyz.test", ["carol@cde.com", "dora@cde.com"]));
        room.Directory.Set(Carol, "mailUserStatus", "active");
        await room.TrailAsync("finished");
        Assert.Single(await room.InboxAsync("carol", "cde.com"));
        QueueRow left = Assert.Single(await room.QueueAsync());
        Assert.Equal("dora@cde.com", Assert.Single(left.Recipients).Recipient.Final.ToString());
        Assert.Equal(0, left.Recipients[0].Attempts);
    }

    [Fact]
    public async Task What_was_held_for_somebody_deleted_meanwhile_comes_back_at_once()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        room.Directory.Set(Carol, "mailUserStatus", "hold");
        room.StartScheduler();
        await room.AcceptAsync("bob@cde.com", ["carol@cde.com"]);
        room.Directory.Set(Carol, "mailUserStatus", "deleted");
        await UntilEmptyAsync(room);
        Assert.Contains("Status: 5.1.6\r\n", Assert.Single(await room.InboxAsync("bob", "cde.com")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_held_for_somebody_inactive_meanwhile_stays_and_comes_out_later()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        room.Directory.Set(Carol, "mailUserStatus", "hold");
        room.StartScheduler();
        await AcceptAsync(room, 1);
        room.Directory.Set(Carol, "mailUserStatus", "inactive");
        Assert.Single(await room.QueueAsync());
        room.Directory.Set(Carol, "mailUserStatus", "active");
        await UntilEmptyAsync(room);
        Assert.Single(await room.InboxAsync("carol", "cde.com"));
    }

    [Fact]
    public async Task What_is_held_for_thirty_days_comes_back()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        room.Directory.Set(Carol, "mailUserStatus", "hold");
        await room.AcceptAsync("bob@cde.com", ["carol@cde.com"]);
        room.Clock.Advance(TimeSpan.FromDays(29));
        room.StartScheduler();
        // another message passes: the loop has run
        await room.AcceptAsync("bob@cde.com", ["nobody@cde.com", "bob@cde.com"]);
        await room.TrailAsync("finished");
        Assert.Equal(2, (await room.InboxAsync("bob", "cde.com")).Length);
        room.Clock.Advance(TimeSpan.FromDays(2));
        await room.TrailAsync("finished");
        Assert.Contains("not delivered in time", (await room.InboxAsync("bob", "cde.com"))[^1], StringComparison.Ordinal);
        Assert.Empty(await room.QueueAsync());
    }

    private static async Task AcceptAsync(TransferRoom room, int number) =>
        Assert.IsType<AcceptResult.Accepted>(await room.AcceptAsync($"n{number}@xyz.test", ["carol@cde.com"]));

    private static async Task<string[]> HeldAsync(TransferRoom room) =>
        [.. (await room.Store.Queue.ListAsync(new QueueFilter(Channel: ChannelNames.Hold), null, 2000, CancellationToken.None)).Select(row => row.Message.Sender!.Value.LocalPart)];

    private static async Task UntilEmptyAsync(TransferRoom room)
    {
        while ((await room.QueueAsync()).Count > 0)
            await room.TrailAsync("finished");
    }

    /// <summary>Local parts of the return paths.</summary>
    public static string[] Senders(string[] messages) => [.. messages.Select(text => ReturnPath().Match(text).Groups[1].Value)];

    [GeneratedRegex("^Return-Path: <(n[0-9]+)@")]
    private static partial Regex ReturnPath();
}
