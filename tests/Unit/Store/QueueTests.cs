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
        test.Queue.RowsAdded += () => woken.Release();
        Assert.Equivalent(new CommitResult.Stored(0, 2, []), await test.CommitAsync(Samples.Message(), new() { Queued = [queued] }));
        Assert.True(await woken.WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.Equal(new QueueLane(Samples.Domain, "smtp", 2, test.Clock.GetUtcNow()), Assert.Single(await test.Queue.LanesAsync(None)));
        QueueRow row = Assert.Single(await test.Queue.LoadAsync(Samples.Domain, "smtp", test.Clock.GetUtcNow(), 10, None));
        Assert.Equal(queued with { Prefix = default, Recipients = [] }, row.Message with { Prefix = default, Recipients = [] });
        Assert.Equal(queued.Recipients, row.Message.Recipients);
        Assert.Equal(queued.Prefix.ToArray(), row.Message.Prefix.ToArray());
        Assert.Equal("Received: by bcd.com\r\n" + Samples.Message(), await TestStore.TextAsync(await test.Queue.OpenAsync(row.Id, None)));
    }

    [Fact]
    public async Task Loading_takes_the_earliest_that_are_due()
    {
        await using TestStore test = await TestStore.OpenAsync();
        for (int i = 5; i > 0; i--)
            await test.CommitAsync(Samples.Message(), new() { Queued = [Samples.Queued(test.Clock, $"x{i}@xyz.test", "y@xyz.test") with { NextAttempt = test.Clock.GetUtcNow() + TimeSpan.FromMinutes(i) }] });
        IReadOnlyList<QueueRow> rows = await test.Queue.LoadAsync(Samples.Domain, "smtp", test.Clock.GetUtcNow() + TimeSpan.FromMinutes(3), 2, None);
        Assert.Equal(["x1", "x2"], rows.Select(static row => row.Recipients[0].Recipient.Final.LocalPart));
        Assert.All(rows, static row => Assert.Equal(2, row.Recipients.Count));
        Assert.Empty(await test.Queue.LoadAsync(Samples.Domain, "smtp", test.Clock.GetUtcNow(), 2, None));
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
        Assert.Equal(2, (await test.Queue.LoadAsync(Samples.Domain, "smtp", test.Clock.GetUtcNow(), 10, None)).Count);
    }

    private static async Task<QueueRow> QueueAsync(TestStore test, params string[] recipients)
    {
        await test.CommitAsync(Samples.Message(), Nobody with { Queued = [Samples.Queued(test.Clock, recipients)] });
        return Assert.Single(await test.Queue.ListAsync(new(), null, 10, None));
    }
}
