using DirMail.Mail;
using DirMail.Store;

namespace DirMail.Unit.Store;

/// <summary>What an administrator does to waiting mail. Each test's store is checked when it closes.</summary>
public sealed class QueueChangeTests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly QueueChange Release = new QueueChange.Release();

    [Fact]
    public async Task What_is_stopped_is_not_due_until_released_and_then_has_the_time_to_spare()
    {
        await using TestStore test = await TestStore.OpenAsync();
        QueueRow row = await QueueAsync(test, "x1@xyz.test", "x2@xyz.test");
        DateTimeOffset expires = row.Message.Expires, until = test.Clock.GetUtcNow() + TimeSpan.FromDays(30);
        Assert.Equal(2, await ChangeAsync(test, new(Message: row.Id), new QueueChange.Stop(until)));
        Assert.Equal(0, await ChangeAsync(test, new(), new QueueChange.Stop(until)));
        Assert.Equal(0, await ChangeAsync(test, new(), new QueueChange.Flush()));
        Assert.Empty(await DueAsync(test));
        Assert.Single(await test.Queue.ListAsync(new() { IsStopped = true }, null, 10, None));

        test.Clock.Advance(TimeSpan.FromDays(2));
        Assert.Equal(2, await ChangeAsync(test, new(), Release));
        Assert.Equal(0, await ChangeAsync(test, new(), Release));
        Assert.Equal(expires + TimeSpan.FromDays(2), Assert.Single(await DueAsync(test)).Message.Expires);
        Assert.Empty(await test.Queue.ListAsync(new() { IsStopped = true }, null, 10, None));
    }

    [Fact]
    public async Task An_attempt_that_ends_after_the_stop_does_not_undo_it()
    {
        await using TestStore test = await TestStore.OpenAsync();
        QueueRow row = await QueueAsync(test, "x1@xyz.test");
        await ChangeAsync(test, new(), new QueueChange.Stop(test.Clock.GetUtcNow() + TimeSpan.FromDays(30)));
        Assert.Null(await test.Queue.OpenDueAsync(row, None));
        await test.Store.CompleteAsync(new(row.Id, [new(row.Recipients[0].Id, new Outcome.Deferred(new(4, 4, 1), "no answer"), test.Clock.GetUtcNow())]), None);
        Assert.Empty(await DueAsync(test));
    }

    [Fact]
    public async Task A_message_begun_anew_has_no_attempts_behind_it_and_all_its_time_before_it()
    {
        await using TestStore test = await TestStore.OpenAsync();
        QueueRow row = await QueueAsync(test, "x1@xyz.test");
        await test.Store.CompleteAsync(new(row.Id, [new(row.Recipients[0].Id, new Outcome.Deferred(new(4, 4, 1), "no answer"), test.Clock.GetUtcNow() + TimeSpan.FromHours(2))]), None);
        test.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(1, await ChangeAsync(test, new(), new QueueChange.Retry(channel => channel == "smtp" ? TimeSpan.FromDays(3) : TimeSpan.Zero)));
        QueueRow anew = Assert.Single(await DueAsync(test));
        Assert.Equal((0, test.Clock.GetUtcNow() + TimeSpan.FromDays(3)), (anew.Recipients[0].Attempts, anew.Message.Expires));
    }

    [Fact]
    public async Task Cancelling_by_address_takes_that_recipient_or_all_when_it_is_the_sender_s()
    {
        await using TestStore test = await TestStore.OpenAsync();
        await QueueAsync(test, "x1@xyz.test", "x2@xyz.test");
        Assert.Equal(1, await ChangeAsync(test, new() { Addresses = ["X2@xyz.test"] }, new QueueChange.Cancel()));
        Assert.Equal("x1@xyz.test", Assert.Single(Assert.Single(await DueAsync(test)).Recipients).Recipient.Final.ToString());
        Assert.Equal(1, await ChangeAsync(test, new() { Addresses = ["\"A b\"@bcd.com"] }, new QueueChange.Cancel()));
        Assert.Empty(await test.Queue.LanesAsync(None));
    }

    [Fact]
    public async Task A_cancelled_recipient_is_not_attempted_from_a_row_loaded_before()
    {
        await using TestStore test = await TestStore.OpenAsync();
        QueueRow row = await QueueAsync(test, "x1@xyz.test", "x2@xyz.test");
        await ChangeAsync(test, new() { Addresses = ["x2@xyz.test"] }, new QueueChange.Cancel());
        (QueueRow due, MessageContent _) = (await test.Queue.OpenDueAsync(row, None))!.Value;
        Assert.Equal([row.Recipients[0]], due.Recipients);
        await ChangeAsync(test, new(), new QueueChange.Cancel());
        Assert.Null(await test.Queue.OpenDueAsync(row, None));
    }

    [Fact]
    public async Task What_is_returned_goes_to_the_lane_of_what_is_returned_with_its_reason()
    {
        await using TestStore test = await TestStore.OpenAsync();
        await QueueAsync(test, "x1@xyz.test", "x2@xyz.test");
        Assert.Equal(1, await ChangeAsync(test, new() { Addresses = ["x2@xyz.test"] }, new QueueChange.Return("return", "550 5.7.1 cancelled")));
        QueueRow back = Assert.Single((await test.Queue.LoadAsync(new(Samples.Domain, "return"), new(test.Clock.GetUtcNow(), 10), None)).Rows);
        Assert.Equal(("x2@xyz.test", "550 5.7.1 cancelled"), (back.Recipients[0].Recipient.Final.ToString(), back.Recipients[0].Recipient.Reason));
        Assert.Single(await DueAsync(test));
    }

    [Fact]
    public async Task Queues_are_told_in_numbers()
    {
        await using TestStore test = await TestStore.OpenAsync();
        DateTimeOffset first = test.Clock.GetUtcNow();
        await QueueAsync(test, "x1@xyz.test", "x2@xyz.test");
        test.Clock.Advance(TimeSpan.FromMinutes(1));
        await test.CommitAsync(Samples.Message(), new() { Queued = [Samples.Queued(test.Clock, "x3@xyz.test") with { NextAttempt = test.Clock.GetUtcNow() + TimeSpan.FromHours(1) }] });
        await ChangeAsync(test, new() { Addresses = ["x1@xyz.test"] }, new QueueChange.Stop(test.Clock.GetUtcNow() + TimeSpan.FromDays(30)));
        QueueLaneStatistics lane = Assert.Single(await test.Queue.StatisticsAsync(test.Clock.GetUtcNow(), None));
        Assert.Equal((3, 2, 1, 1, first), (lane.Lane.Recipients, lane.Messages, lane.Due, lane.Stopped, lane.Oldest));
    }

    /// <summary>More than one slice.</summary>
    [Fact]
    public async Task A_large_queue_is_changed_as_a_whole()
    {
        await using TestStore test = await TestStore.OpenAsync();
        for (int i = 0; i < 450; i++)
            await test.CommitAsync(Samples.Message(), new() { Queued = [Samples.Queued(test.Clock, $"x{i}@xyz.test")] });
        Assert.Equal(450, await ChangeAsync(test, new(Channel: "smtp"), new QueueChange.Cancel()));
        Assert.Empty(await test.Queue.LanesAsync(None));
    }

    private static Task<int> ChangeAsync(TestStore test, QueueFilter filter, QueueChange change) => test.Queue.ChangeAsync(filter, change, test.Clock.GetUtcNow(), None);

    private static async Task<IReadOnlyList<QueueRow>> DueAsync(TestStore test) => (await test.Queue.LoadAsync(new(Samples.Domain, "smtp"), new(test.Clock.GetUtcNow(), 10), None)).Rows;

    private static async Task<QueueRow> QueueAsync(TestStore test, params string[] recipients)
    {
        await test.CommitAsync(Samples.Message(), new() { Queued = [Samples.Queued(test.Clock, recipients)] });
        return Assert.Single(await test.Queue.ListAsync(new(), null, 10, None));
    }
}
