using DirMail.Mail;
using DirMail.Store;

namespace DirMail.Unit.Store;

public sealed class QueueTests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly DeliveryPlan Nobody = new();

    [Fact]
    public async Task Rows_come_back_as_they_were_queued()
    {
        await using TestStore test = await TestStore.OpenAsync();
        QueuedMessage queued = Samples.Queued(test.Clock, "x1@xyz.test", "x2@xyz.test");
        using var woken = new SemaphoreSlim(0);
        test.Queue.Changed += _ => woken.Release();
        Assert.Equivalent(new CommitResult.Stored(0, 2, []), await test.CommitAsync(Samples.Message(), new() { Queued = [queued] }));
        Assert.True(await woken.WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.Equal(new QueueLane(Samples.Domain, "smtp", 2, test.Clock.GetUtcNow()), Assert.Single(await test.Queue.LanesAsync(None)));
        QueueRow row = Assert.Single((await test.Queue.LoadAsync(new(Samples.Domain, "smtp"), new(test.Clock.GetUtcNow(), 10), None)).Rows);
        Assert.Equal(queued with { Prefix = default, Recipients = [] }, row.Message with { Prefix = default, Recipients = [] });
        Assert.Equal(queued.Recipients, row.Message.Recipients);
        Assert.Equal(queued.Prefix.ToArray(), row.Message.Prefix.ToArray());
        Assert.Equal("Received: by bcd.com\r\n" + Samples.Message(), await TestStore.TextAsync(await test.Queue.OpenAsync(row.Id, None)));
    }

    [Fact]
    public async Task What_was_accepted_is_told_as_it_would_be_loaded_and_its_first_attempt_finds_its_octets()
    {
        await using TestStore test = await TestStore.OpenAsync();
        var told = new TaskCompletionSource<QueueNews>();
        test.Queue.Changed += told.SetResult;
        await test.CommitAsync(Samples.Message(), new() { Queued = [Samples.Queued(test.Clock, "x1@xyz.test", "x2@xyz.test")] });
        QueueRow row = Assert.Single((await told.Task).Added);
        QueueRow loaded = Assert.Single(await test.Queue.ListAsync(new(), null, 10, None));
        Assert.Equal(loaded with { Message = row.Message, Recipients = row.Recipients }, row);
        Assert.Equal(loaded.Recipients, row.Recipients);
        Assert.Equal(loaded.Message with { Prefix = default, Recipients = [] }, row.Message with { Prefix = default, Recipients = [] });
        for (int attempt = 0; attempt < 2; attempt++)
            Assert.Equal("Received: by bcd.com\r\n" + Samples.Message(), await TestStore.TextAsync((await test.Queue.OpenDueAsync(row, None))!.Value.Content));
    }

    [Fact]
    public async Task What_is_put_off_is_told_with_its_time()
    {
        await using TestStore test = await TestStore.OpenAsync();
        QueueRow row = await QueueAsync(test, "x1@xyz.test");
        var told = new TaskCompletionSource<QueueNews>();
        test.Queue.Changed += told.SetResult;
        DateTimeOffset later = test.Clock.GetUtcNow() + TimeSpan.FromMinutes(5);
        await test.Store.CompleteAsync(new(row.Id, [new(row.Recipients[0].Id, new Outcome.Deferred(new(4, 4, 1), "no answer"), later)]), None);
        Assert.Equal(new(new LaneKey(Samples.Domain, "smtp"), later), Assert.Single((await told.Task).Due));
    }

    /// <summary>All became due in the same millisecond, as after a flush.</summary>
    [Fact]
    public async Task A_search_passes_over_destinations_without_room_and_goes_on_where_it_ended()
    {
        await using TestStore test = await TestStore.OpenAsync();
        foreach (string destination in (string[])["slow.test", "slow.test", "quick.test", "slow.test", "quick.test"])
            await test.CommitAsync(Samples.Message(), new() { Queued = [Samples.Queued(test.Clock, "x@" + destination) with { Destination = destination }] });
        var lane = new LaneKey(Samples.Domain, "smtp");
        var search = new DueSearch(test.Clock.GetUtcNow(), 2) { RoomFor = static destination => destination == "slow.test" ? 1 : 10 };
        DueRows first = await test.Queue.LoadAsync(lane, search, None);
        Assert.Equal(["slow.test", "quick.test"], first.Rows.Select(static row => row.Message.Destination));
        Assert.Equal((false, "slow.test"), (first.IsAll, Assert.Single(first.Passed)));
        DueRows rest = await test.Queue.LoadAsync(lane, search with { After = first.At, RoomFor = static destination => destination == "slow.test" ? 0 : 10 }, None);
        Assert.Equal(["quick.test"], rest.Rows.Select(static row => row.Message.Destination));
        Assert.True(rest.IsAll);
        var known = first.Rows[0].Id;
        DueRows slow = await test.Queue.LoadAsync(lane, new(test.Clock.GetUtcNow(), 10) { Destination = "slow.test", IsKnown = (message, _) => message == known }, None);
        Assert.Equal(2, slow.Rows.Count);
        Assert.True(slow.IsAll);
    }

    [Fact]
    public async Task Loading_takes_the_earliest_that_are_due()
    {
        await using TestStore test = await TestStore.OpenAsync();
        for (int i = 5; i > 0; i--)
            await test.CommitAsync(Samples.Message(), new() { Queued = [Samples.Queued(test.Clock, $"x{i}@xyz.test", "y@xyz.test") with { NextAttempt = test.Clock.GetUtcNow() + TimeSpan.FromMinutes(i) }] });
        IReadOnlyList<QueueRow> rows = (await test.Queue.LoadAsync(new(Samples.Domain, "smtp"), new(test.Clock.GetUtcNow() + TimeSpan.FromMinutes(3), 2), None)).Rows;
        Assert.Equal(["x1", "x2"], rows.Select(static row => row.Recipients[0].Recipient.Final.LocalPart));
        Assert.All(rows, static row => Assert.Equal(2, row.Recipients.Count));
        Assert.Empty((await test.Queue.LoadAsync(new(Samples.Domain, "smtp"), new(test.Clock.GetUtcNow(), 2), None)).Rows);
    }

    [Fact]
    public async Task An_attempt_ends_in_one_commit()
    {
        await using TestStore test = await TestStore.OpenAsync();
        QueueRow row = await QueueAsync(test, "done@xyz.test", "later@xyz.test", "failed@xyz.test");
        EntryId sender = Samples.NewAccount();
        var report = new Acceptance(AcceptanceId.Next(test.Clock), await test.ContentAsync("Subject: report\r\n\r\n"), () => new() { Local = [Samples.Delivery(sender)] }) { Received = test.Clock.GetUtcNow() };
        DateTimeOffset later = test.Clock.GetUtcNow() + TimeSpan.FromMinutes(5);
        Assert.True(await test.Store.CompleteAsync(new(row.Id,
        [
            new(row.Recipients[0].Id, new Outcome.Delivered("mx", "250 ok"), null),
            new(row.Recipients[1].Id, new Outcome.Deferred(new(4, 4, 1), "no answer") { Stage = Stage.Connect }, later) { DelayWarned = true },
            new(row.Recipients[2].Id, new Outcome.Failed(new(5, 1, 1), "unknown"), null),
        ])
        { Created = [report] }, None));
        QueueRecipientRow left = Assert.Single(Assert.Single(await test.Queue.ListAsync(new(), null, 10, None)).Recipients);
        Assert.Equal((1, later, "4.4.1 no answer", true), (left.Attempts, left.NextAttempt, left.LastReason, left.DelayWarned));
        Assert.Equal(Stage.Connect, left.LastStage);
        Assert.Single((await test.ViewAsync(sender)).Entries);

        await test.Store.CompleteAsync(new(row.Id, [new(left.Id, new Outcome.Delivered("mx", "250 ok"), null)]), None);
        Assert.Empty(await test.Queue.LanesAsync(None));
        await Assert.ThrowsAnyAsync<IOException>(() => test.Queue.OpenAsync(row.Id, None));
        Assert.True(await test.Store.CompleteAsync(new(row.Id, [new(left.Id, new Outcome.Delivered("mx", "250 ok"), null)]), None));
    }

    [Fact]
    public async Task A_local_row_is_delivered_and_removed_together_and_once()
    {
        await using TestStore test = await TestStore.OpenAsync();
        QueueRow row = await QueueAsync(test, "b@example.test");
        EntryId account = Samples.NewAccount();
        var delivered = new RecipientResult(row.Recipients[0].Id, new Outcome.Delivered("local", ""), null) { Deliver = Samples.Delivery(account, "Received: later\r\n") };
        await test.Store.CompleteAsync(new(row.Id, [delivered]), None);
        await test.Store.CompleteAsync(new(row.Id, [delivered]), None);
        MailboxEntry entry = Assert.Single((await test.ViewAsync(account)).Entries);
        Assert.Equal("Received: later\r\n" + Samples.Message(), await test.TextAsync(entry.Rendition));
        Assert.Equal((1, 0), ((await test.Store.StatisticsAsync(None)).Contents, (await test.Store.StatisticsAsync(None)).QueueRecipients));
    }

    [Fact]
    public async Task A_local_row_for_a_full_mailbox_waits()
    {
        await using TestStore test = await TestStore.OpenAsync();
        QueueRow row = await QueueAsync(test, "b@example.test");
        LocalDelivery delivery = Samples.Delivery(Samples.NewAccount(), quota: new(1, null));
        await test.Store.CompleteAsync(new(row.Id, [new(row.Recipients[0].Id, new Outcome.Delivered("local", ""), null) { Deliver = delivery }]), None);
        QueueRecipientRow left = Assert.Single(Assert.Single(await test.Queue.ListAsync(new(), null, 10, None)).Recipients);
        Assert.Equal(Responses.Overquota.Text, left.LastReason);
        Assert.True(left.NextAttempt > test.Clock.GetUtcNow());
        await test.Store.CompleteAsync(new(row.Id, [new(left.Id, new Outcome.Delivered("local", ""), null) { Deliver = delivery with { WhenFull = Samples.Queued(test.Clock, "b@example.test") with { Channel = "hold" } } }]), None);
        Assert.Equal("hold", Assert.Single(await test.Queue.LanesAsync(None)).Channel);
    }

    [Fact]
    public async Task Lists_are_filtered_and_paged_and_flushing_makes_rows_due()
    {
        await using TestStore test = await TestStore.OpenAsync();
        DateTimeOffset later = test.Clock.GetUtcNow() + TimeSpan.FromHours(1);
        foreach (string destination in (string[])["one.test", "two.test", "one.test"])
            await test.CommitAsync(Samples.Message(), new() { Queued = [Samples.Queued(test.Clock, "a@" + destination, "b@" + destination) with { Destination = destination, NextAttempt = later }] });
        QueueRow first = Assert.Single(await test.Queue.ListAsync(new(Destination: "one.test"), null, 1, None));
        QueueRow second = Assert.Single(await test.Queue.ListAsync(new(Destination: "one.test"), first.Id, 10, None));
        Assert.True(second.Id.Value > first.Id.Value);
        Assert.Empty(await test.Queue.ListAsync(new(Domain: Samples.NewAccount()), null, 10, None));
        Assert.Equal(3, (await test.Queue.ListAsync(new(Domain: Samples.Domain, Channel: "smtp"), null, 10, None)).Count);
        Assert.Equal(2, await test.Queue.ChangeAsync(new(Message: first.Id), new QueueChange.Flush(), test.Clock.GetUtcNow(), None));
        Assert.Equal(2, await test.Queue.ChangeAsync(new(Destination: "one.test"), new QueueChange.Flush(), test.Clock.GetUtcNow(), None));
        Assert.Equal(2, (await test.Queue.LoadAsync(new(Samples.Domain, "smtp"), new(test.Clock.GetUtcNow(), 10), None)).Rows.Count);
    }

    private static async Task<QueueRow> QueueAsync(TestStore test, params string[] recipients)
    {
        await test.CommitAsync(Samples.Message(), Nobody with { Queued = [Samples.Queued(test.Clock, recipients)] });
        return Assert.Single(await test.Queue.ListAsync(new(), null, 10, None));
    }
}
