using DirMail.Mail;
using DirMail.Store;

namespace DirMail.Unit.Transfer;

/// <summary>What waits in the store comes to its turn, however much of other mail waits before it.</summary>
public sealed class RefillTests
{
    private const int Many = 1200;

    [Fact]
    public async Task A_slow_destination_with_much_mail_leaves_the_domain_s_new_mail_its_way()
    {
        await using TransferRoom room = await OpenAsync();
        await FillAsync(room, "slow.test", Many);
        room.StartScheduler();
        await room.Out.AttemptAsync();
        await FillAsync(room, "quick.test", 1);
        await UntilAttemptedAsync(room, "quick.test");
    }

    /// <summary>Nothing was told of these: they lie in the store behind the slow ones when the process starts.</summary>
    [Fact]
    public async Task A_slow_destination_with_much_mail_leaves_the_domain_s_older_mail_its_way()
    {
        await using TransferRoom room = await OpenAsync();
        await FillAsync(room, "slow.test", Many);
        await FillAsync(room, "quick.test", 1);
        room.StartScheduler();
        await UntilAttemptedAsync(room, "quick.test");
    }

    [Fact]
    public async Task All_that_waits_is_attempted_once()
    {
        await using TransferRoom room = await OpenAsync();
        await FillAsync(room, "one.test", Many);
        await FillAsync(room, "two.test", 10);
        for (int i = 0; i < Many + 20; i++)
            room.Out.Answer(new Outcome.Delivered("mx", "250 ok"));
        room.StartScheduler();
        await FillAsync(room, "one.test", 10);
        HashSet<QueueId> seen = [];
        for (int i = 0; i < Many + 20; i++)
            Assert.True(seen.Add((await room.Out.AttemptAsync()).Id));
        for (int i = 0; i < Many + 20; i++)
            await room.TrailAsync("finished");
        Assert.Empty(await room.QueueAsync());
        Assert.False(room.Out.HasAttempt);
    }

    [Fact]
    public async Task A_recipient_that_is_due_while_its_message_is_under_way_has_its_turn_afterwards()
    {
        await using TransferRoom room = await OpenAsync();
        EntryId domain = room.Directory.Domain("cde.com").Id;
        await FillAsync(room, "one.test", 1, "x1@one.test", "x2@one.test");
        QueueRow row = Assert.Single(await room.QueueAsync());
        DateTimeOffset later = room.Clock.GetUtcNow() + TimeSpan.FromMinutes(1);
        await room.Store.CompleteAsync(new(row.Id, [new(row.Recipients[1].Id, new Outcome.Deferred(new(4, 2, 1), "later"), later)]), CancellationToken.None);
        room.StartScheduler();
        Assert.Equal("x1", Assert.Single((await room.Out.AttemptAsync()).Recipients).Recipient.Final.LocalPart);
        room.Clock.Advance(TimeSpan.FromMinutes(2));
        // looked at while the first is under way: a message that comes afterwards shows that it was
        await FillAsync(room, "two.test", 1);
        await UntilAttemptedAsync(room, "two.test");
        for (int i = 0; i < 3; i++)
            room.Out.Answer(new Outcome.Delivered("mx", "250 ok"));
        for (int i = 0; i < 3; i++)
            await room.TrailAsync("finished");
        Assert.Empty(await room.QueueAsync());
        Assert.Empty(await room.Store.Queue.LanesAsync(domain, CancellationToken.None));
    }

    /// <summary>The clock moves on as soon as the store has the end of the attempt; the scheduler may not have heard of it yet.</summary>
    [Fact]
    public async Task What_is_put_off_for_no_longer_than_its_commit_takes_is_tried_again()
    {
        await using TransferRoom room = await OpenAsync();
        room.StartScheduler();
        room.Store.Queue.Changed += news =>
        {
            if (news.Due.Count > 0)
                room.Clock.Advance(TimeSpan.FromHours(3));
        };
        for (int i = 0; i < 5; i++)
            room.Out.Answer(new Outcome.Deferred(new(4, 4, 1), "no answer"));
        room.Out.Answer(new Outcome.Delivered("mx", "250 ok"));
        await FillAsync(room, "one.test", 1);
        await room.TrailAsync("finished");
        Assert.Empty(await room.QueueAsync());
    }

    [Fact]
    public async Task What_is_flushed_is_due_at_once()
    {
        await using TransferRoom room = await OpenAsync();
        room.StartScheduler();
        room.Out.Answer(new Outcome.Deferred(new(4, 4, 1), "no answer"));
        await FillAsync(room, "one.test", 1);
        await room.Out.AttemptAsync();
        await room.TrailAsync("attempted");
        room.Out.Answer(new Outcome.Delivered("mx", "250 ok"));
        await room.Store.Queue.ChangeAsync(new(), new QueueChange.Flush(), room.Clock.GetUtcNow(), CancellationToken.None);
        await room.TrailAsync("finished");
        Assert.Empty(await room.QueueAsync());
    }

    private static async Task<TransferRoom> OpenAsync()
    {
        TransferRoom room = await TransferRoom.OpenAsync();
        room.Services = room.Services with { Settings = new() { Drain = TimeSpan.Zero } };
        return room;
    }

    private static async Task UntilAttemptedAsync(TransferRoom room, string destination)
    {
        while ((await room.Out.AttemptAsync()).Message.Destination != destination)
        {
        }
    }

    private static Task FillAsync(TransferRoom room, string destination, int messages, params string[] recipients) =>
        Task.WhenAll(Enumerable.Range(0, messages).Select(_ => room.AcceptAsync("carol@cde.com", recipients is [] ? ["x@" + destination] : recipients, room.By("carol", "cde.com"))));
}
