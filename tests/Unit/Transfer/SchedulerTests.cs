using DirMail.Mail;
using DirMail.Store;
using DirMail.Store.Sqlite;
using DirMail.Transfer;

namespace DirMail.Unit.Transfer;

public sealed class SchedulerTests
{
    private static readonly Outcome Delivered = new Outcome.Delivered("mx.xyz.test", "250 ok");
    private static readonly Outcome Later = new Outcome.Deferred(new(4, 4, 1), "no answer");
    private static readonly Outcome Never = new Outcome.Failed(new(5, 1, 1), "no such user");

    [Fact]
    public async Task Rows_from_an_earlier_process_are_worked_at_once()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        await room.AcceptAsync("carol@cde.com", ["x@xyz.test"], room.By("carol", "cde.com"));
        await room.RestartAsync();
        room.Out.Answer(Delivered);
        room.StartScheduler();
        Assert.Equal("127.0.70.2", (await room.Out.AttemptAsync()).Message.Identity.V4?.ToString());
        await room.TrailAsync("finished");
        Assert.Empty(await room.QueueAsync());
    }

    [Fact]
    public async Task A_deferred_row_is_tried_again_when_its_time_comes()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        room.StartScheduler();
        await room.AcceptAsync("carol@cde.com", ["x@xyz.test"], room.By("carol", "cde.com"));
        room.Out.Answer(Later);
        await room.Out.AttemptAsync();
        await room.TrailAsync("attempted");
        QueueRecipientRow row = Assert.Single(await room.QueueAsync()).Recipients[0];
        Assert.Equal(1, row.Attempts);
        Assert.InRange(row.NextAttempt - room.Clock.GetUtcNow(), TimeSpan.FromSeconds(54), TimeSpan.FromSeconds(66));

        await AdvanceUntilAsync(room, TimeSpan.FromSeconds(70));
        room.Out.Answer(Delivered);
        await room.TrailAsync("finished");
        Assert.Empty(await room.QueueAsync());
    }

    [Fact]
    public async Task What_was_delivered_is_not_sent_again_while_the_store_cannot_note_it()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        room.StartScheduler();
        await room.AcceptAsync("carol@cde.com", ["x@xyz.test"], room.By("carol", "cde.com"));
        await room.Out.AttemptAsync();
        using Connection beside = Connection.Open(room.StoreFile, 64);
        beside.Execute("CREATE TRIGGER broken BEFORE DELETE ON queue_recipient BEGIN SELECT RAISE(ABORT, 'not now'); END");
        room.Out.Answer(Delivered);
        for (int failed = 0; failed < 3; failed++)
        {
            while (await room.Clock.WaitAsync() != Delivering.BetweenWrites)
            {
            }
            if (failed == 2)
                beside.Execute("DROP TRIGGER broken");
            room.Clock.Advance(Delivering.BetweenWrites);
        }
        await room.TrailAsync("finished");
        Assert.False(room.Out.HasAttempt);
        Assert.Empty(await room.QueueAsync());
    }

    [Fact]
    public async Task A_failure_is_reported_to_the_sender_in_the_same_commit()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        room.StartScheduler();
        room.Out.Answer(Never);
        await room.AcceptAsync("carol@cde.com", ["x@xyz.test"], room.By("carol", "cde.com"));
        await room.TrailAsync("finished");
        string report = Assert.Single(await room.InboxAsync("carol", "cde.com"));
        Assert.StartsWith("Return-Path: <>\r\n", report, StringComparison.Ordinal);
        Assert.Contains("Final-Recipient: rfc822; x@xyz.test\r\n", report, StringComparison.Ordinal);
        Assert.Contains("Status: 5.1.1\r\n", report, StringComparison.Ordinal);
        Assert.Contains("Reporting-MTA: dns; mail.cde.com\r\n", report, StringComparison.Ordinal);
        Assert.Empty(await room.QueueAsync());
    }

    [Fact]
    public async Task A_channel_has_its_own_waits_and_time_to_expire()
    {
        var smtp = new ChannelSchedule { Retry = [TimeSpan.FromHours(3)], Expiry = TimeSpan.FromDays(2), DelayWarning = TimeSpan.Zero };
        await using TransferRoom room = await TransferRoom.OpenAsync();
        room.Services = room.Services with { Settings = new() { Channels = new Dictionary<string, ChannelSchedule> { [ChannelNames.Smtp] = smtp } } };
        room.StartScheduler();
        room.Out.Answer(Later);
        await room.AcceptAsync("carol@cde.com", ["x@xyz.test"], room.By("carol", "cde.com"));
        await room.TrailAsync("attempted");
        QueueRow row = Assert.Single(await room.QueueAsync());
        Assert.Equal(TimeSpan.FromDays(2), row.Message.Expires - row.Arrived);
        Assert.InRange(row.Recipients[0].NextAttempt - room.Clock.GetUtcNow(), TimeSpan.FromHours(2.7), TimeSpan.FromHours(3.3));
        Assert.Contains("Action: delayed\r\n", Assert.Single(await room.InboxAsync("carol", "cde.com")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_delay_is_told_once_by_the_address_that_the_domain_names_for_reports()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        room.Directory.Set("o=cde.com,o=hosting", "mailDomainReportAddress", "reports@cde.com");
        room.Services = room.Services with { Settings = new() { DelayWarning = TimeSpan.Zero } };
        room.StartScheduler();
        room.Out.Answer(Later);
        await room.AcceptAsync("carol@cde.com", ["x@xyz.test"], room.By("carol", "cde.com"));
        await room.Out.AttemptAsync();
        await room.TrailAsync("attempted");
        room.Out.Answer(Later);
        await AdvanceUntilAsync(room, TimeSpan.FromMinutes(2));
        await room.TrailAsync("attempted");
        Assert.Equal(2, Assert.Single(await room.QueueAsync()).Recipients[0].Attempts);
        string warning = Assert.Single(await room.InboxAsync("carol", "cde.com"));
        Assert.Contains("Action: delayed\r\n", warning, StringComparison.Ordinal);
        Assert.Contains("\r\nFrom: Mail Delivery System <reports@cde.com>\r\n", warning, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stopping_waits_for_what_is_under_way_and_notes_its_end()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        room.StartScheduler();
        await room.AcceptAsync("carol@cde.com", ["x@xyz.test"], room.By("carol", "cde.com"));
        await room.Out.AttemptAsync();
        Task stopped = room.RestartAsync();
        room.Out.Answer(Delivered);
        await stopped;
        Assert.Empty(await room.QueueAsync());
    }

    [Fact]
    public async Task What_does_not_end_while_the_server_stops_was_not_attempted()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        room.Services = room.Services with { Settings = new() { Drain = TimeSpan.Zero } };
        room.StartScheduler();
        await room.AcceptAsync("carol@cde.com", ["x@xyz.test"], room.By("carol", "cde.com"));
        await room.Out.AttemptAsync();
        await room.RestartAsync();
        QueueRecipientRow row = Assert.Single(await room.QueueAsync()).Recipients[0];
        Assert.Equal((0, null), (row.Attempts, row.LastReason));
        Assert.True(row.NextAttempt <= room.Clock.GetUtcNow());
    }

    [Theory]
    [InlineData(Notify.Never, false)]
    [InlineData(Notify.Success, false)]
    [InlineData(Notify.Failure, true)]
    public async Task Nobody_is_told_who_did_not_ask(Notify notify, bool isTold)
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        room.StartScheduler();
        room.Out.Answer(Never);
        await room.AcceptAsync("carol@cde.com", ["x@xyz.test"], room.By("carol", "cde.com"), recipient => recipient with { Notify = notify });
        await room.TrailAsync("finished");
        Assert.Equal(isTold ? 1 : 0, (await room.InboxAsync("carol", "cde.com")).Length);
    }

    [Fact]
    public async Task What_was_accepted_and_cannot_be_delivered_comes_back()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        room.StartScheduler();
        await room.AcceptAsync("bob@cde.com", ["carol@cde.com", "nobody@cde.com"]);
        await room.TrailAsync("finished");
        Assert.Single(await room.InboxAsync("carol", "cde.com"));
        Assert.Contains("Status: 5.1.1\r\n", Assert.Single(await room.InboxAsync("bob", "cde.com")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_local_success_report_and_the_delivery_go_together()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        room.StartScheduler();
        await room.AcceptAsync("bob@cde.com", ["carol@cde.com"], change: static recipient => recipient with { Notify = Notify.Success });
        await room.TrailAsync("finished");
        Assert.Single(await room.InboxAsync("carol", "cde.com"));
        Assert.Contains("Action: delivered\r\n", Assert.Single(await room.InboxAsync("bob", "cde.com")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mail_of_a_suspended_domain_is_not_attempted_until_it_is_active_again()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        await room.AcceptAsync("carol@cde.com", ["x@xyz.test"], room.By("carol", "cde.com"));
        room.Directory.Set("o=cde.com,o=hosting", "mailDomainStatus", "inactive");
        room.StartScheduler();
        // another domain's message passes: the loop has run
        await room.AcceptAsync("admin@bcd.com", ["x@xyz.test"], room.By("admin", "bcd.com"));
        room.Out.Answer(Delivered);
        Assert.Equal(room.Directory.Domain("bcd.com").Id, (await room.Out.AttemptAsync()).Message.Domain);
        await room.TrailAsync("finished");
        Assert.False(room.Out.HasAttempt);

        room.Directory.Set("o=cde.com,o=hosting", "mailDomainStatus", "active");
        room.Out.Answer(Delivered);
        Assert.Equal(room.Directory.Domain("cde.com").Id, (await room.Out.AttemptAsync()).Message.Domain);
        await room.TrailAsync("finished");
        Assert.Empty(await room.QueueAsync());
    }

    [Fact]
    public async Task Mail_for_a_suspended_recipient_is_delivered_once_it_is_active_again()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        room.Directory.Set("o=bcd.com,o=hosting", "mailDomainStatus", "inactive");
        await room.AcceptAsync("carol@cde.com", ["admin@bcd.com"], room.By("carol", "cde.com"));
        room.StartScheduler();
        room.Directory.Set("o=bcd.com,o=hosting", "mailDomainStatus", "active");
        await room.TrailAsync("finished");
        Assert.Single(await room.InboxAsync("admin", "bcd.com"));
        Assert.Empty(await room.QueueAsync());
    }

    [Fact]
    public async Task The_identity_is_chosen_again_only_when_its_owner_no_longer_lists_it()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        await room.AcceptAsync("carol@cde.com", ["x@xyz.test"], room.By("carol", "cde.com"));
        room.Directory.Set("o=cde.com,o=hosting", "mailDomainVirtualAddress", "127.0.70.3", "127.0.70.2");
        Assert.Equal("127.0.70.2", DirMail.Transfer.Standing.Identity(room.Directory.Table, (await room.QueueAsync())[0].Message).V4?.ToString());
        room.Directory.Set("o=cde.com,o=hosting", "mailDomainVirtualAddress", "127.0.70.3");
        Assert.Equal("127.0.70.3", DirMail.Transfer.Standing.Identity(room.Directory.Table, (await room.QueueAsync())[0].Message).V4?.ToString());
    }

    /// <summary>The loop may set its timer a moment after the trail line: the clock is moved until the attempt is there.</summary>
    private static async Task AdvanceUntilAsync(TransferRoom room, TimeSpan step)
    {
        Task<QueueRow> attempt = room.Out.AttemptAsync();
        while (!attempt.IsCompleted)
        {
            room.Clock.Advance(step);
            await Task.WhenAny(attempt, Task.Delay(20));
        }
        await attempt;
    }
}
