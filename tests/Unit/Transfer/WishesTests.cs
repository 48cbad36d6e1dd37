using DirMail.Mail;
using DirMail.Store;

namespace DirMail.Unit.Transfer;

/// <summary>What senders ask of the way: not before, by when, in which order (RFC 4865, 2852, 6710).</summary>
public sealed class WishesTests
{
    private static readonly Outcome Delivered = new Outcome.Delivered("mx.xyz.test", "250 ok");
    private static readonly Outcome Later = new Outcome.Deferred(new(4, 4, 1), "no answer");

    [Fact]
    public async Task Mail_for_later_waits_and_no_flush_sends_it_early()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        DateTimeOffset then = room.Clock.GetUtcNow() + TimeSpan.FromHours(6);
        await room.AcceptAsync("carol@cde.com", ["x@xyz.test", "bob@cde.com"], room.By("carol", "cde.com"), wishes: new() { NotBefore = then });
        Assert.Equal(0, await room.Store.Queue.ChangeAsync(new QueueFilter(), new QueueChange.Flush(), room.Clock.GetUtcNow(), CancellationToken.None));
        Assert.Empty(await room.InboxAsync("bob", "cde.com"));
        room.StartScheduler();
        Assert.All(await room.QueueAsync(), row => Assert.Equal((then, then + room.Services.Settings.Expiry), (row.Recipients[0].NextAttempt, row.Message.Expires)));
        room.Out.Answer(Delivered);
        Task<QueueRow> attempt = room.Out.AttemptAsync();
        while (!attempt.IsCompleted)
        {
            room.Clock.Advance(TimeSpan.FromHours(1));
            await Task.WhenAny(attempt, Task.Delay(20));
            Assert.True(!attempt.IsCompleted || room.Clock.GetUtcNow() >= then);
        }
        await room.TrailAsync("finished");
        await room.TrailAsync("finished");
        Assert.Single(await room.InboxAsync("bob", "cde.com"));
        Assert.Empty(await room.QueueAsync());
    }

    [Fact]
    public async Task What_is_late_is_returned_at_its_deadline()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        DateTimeOffset deadline = room.Clock.GetUtcNow() + TimeSpan.FromSeconds(30);
        room.StartScheduler();
        await room.AcceptAsync("carol@cde.com", ["x@xyz.test"], room.By("carol", "cde.com"), wishes: new() { By = new(deadline, IsReturned: true, IsTraced: false) });
        room.Out.Answer(Later);
        await room.TrailAsync("attempted");
        Assert.Equal(deadline, Assert.Single(await room.QueueAsync()).Recipients[0].NextAttempt);
        room.Clock.Advance(TimeSpan.FromSeconds(31));
        await room.TrailAsync("finished");
        Assert.Contains("Status: 5.4.7\r\n", Assert.Single(await room.InboxAsync("carol", "cde.com")), StringComparison.Ordinal);
        Assert.Empty(await room.QueueAsync());
    }

    [Fact]
    public async Task Or_its_sender_is_told_once_and_it_goes_on()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        DateTimeOffset deadline = room.Clock.GetUtcNow() + TimeSpan.FromSeconds(30);
        room.StartScheduler();
        await room.AcceptAsync("carol@cde.com", ["x@xyz.test"], room.By("carol", "cde.com"), static recipient => recipient with { Notify = Notify.Failure },
            new() { By = new(deadline, IsReturned: false, IsTraced: false) });
        room.Out.Answer(Later);
        await room.TrailAsync("attempted");
        Assert.Empty(await room.InboxAsync("carol", "cde.com"));
        room.Out.Answer(Later);
        room.Clock.Advance(TimeSpan.FromSeconds(31));
        await room.TrailAsync("attempted");
        Assert.Contains("Action: delayed\r\n", Assert.Single(await room.InboxAsync("carol", "cde.com")), StringComparison.Ordinal);
        Assert.True(Assert.Single(await room.QueueAsync()).Recipients[0].DelayWarned);
    }

    /// <summary>A traced message is told of at each host (RFC 2852 4); of success only the last server that knows how tells (RFC 3461 5.2.1, 5.2.2).</summary>
    [Theory]
    [InlineData(true, Notify.Failure, true, true)]
    [InlineData(true, Notify.Never, false, false)]
    [InlineData(false, Notify.Success, false, true)]
    [InlineData(false, Notify.Success, true, false)]
    [InlineData(false, Notify.Default, false, false)]
    public async Task Relaying_is_told_where_it_must_be(bool isTraced, Notify notify, bool reportsItself, bool isTold)
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        room.StartScheduler();
        await room.AcceptAsync("carol@cde.com", ["x@xyz.test"], room.By("carol", "cde.com"), recipient => recipient with { Notify = notify },
            isTraced ? new() { By = new(room.Clock.GetUtcNow() + TimeSpan.FromHours(1), IsReturned: false, IsTraced: true) } : null);
        room.Out.Answer(new Outcome.Delivered("mx.xyz.test", "250 ok") { ReportsItself = reportsItself });
        await room.TrailAsync("finished");
        IReadOnlyList<string> told = await room.InboxAsync("carol", "cde.com");
        Assert.Equal(isTold ? 1 : 0, told.Count);
        Assert.All(told, static report => Assert.Contains("Action: relayed\r\n", report, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_report_on_mail_that_requires_TLS_requires_it_too_and_shows_no_text()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        room.StartScheduler();
        await room.AcceptAsync("carol@cde.com", ["x@xyz.test"], room.By("carol", "cde.com"), wishes: new() { RequireTls = true });
        room.Out.Answer(new Outcome.Failed(new(5, 7, 30), "no REQUIRETLS"));
        Assert.True((await room.Out.AttemptAsync()).Message.Wishes.RequireTls);
        await room.TrailAsync("finished");
        Assert.DoesNotContain("Text.", Assert.Single(await room.InboxAsync("carol", "cde.com")), StringComparison.Ordinal);
    }
}
