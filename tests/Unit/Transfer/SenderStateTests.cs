using DirMail.Mail;
using DirMail.Store;
using DirMail.Transfer;

namespace DirMail.Unit.Transfer;

/// <summary>Queued mail whose sender's domain changes its state (RESPONSES, Outgoing), and mail without a sender that fails.</summary>
public sealed class SenderStateTests
{
    private const string Domain = "o=cde.com,o=hosting";

    private static readonly Outcome Delivered = new Outcome.Delivered("mx.xyz.test", "250 ok");
    private static readonly Outcome Never = new Outcome.Failed(new(5, 1, 1), "no such user");

    [Fact]
    public async Task Time_in_which_a_suspended_domains_mail_may_not_leave_does_not_count()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        await room.AcceptAsync("carol@cde.com", ["x@xyz.test"], room.By("carol", "cde.com"));
        DateTimeOffset expires = Assert.Single(await room.QueueAsync()).Message.Expires;
        room.Directory.Set(Domain, "mailDomainStatus", "inactive");
        room.StartScheduler();
        await UntilHeldAsync(room);
        room.Clock.Advance(TimeSpan.FromDays(10));
        await room.RestartAsync();
        room.StartScheduler();
        room.Directory.Set(Domain, "mailDomainStatus", "active");
        QueueRow row = await room.Out.AttemptAsync();
        Assert.Equal(expires + TimeSpan.FromDays(10), row.Message.Expires);
        room.Out.Answer(Delivered);
        Assert.Contains("delivered", await EndOfAsync(room, "x@xyz.test"), StringComparison.Ordinal);
        Assert.Empty(await room.QueueAsync());
    }

    [Fact]
    public async Task A_message_that_came_during_the_hold_gains_only_what_it_waited()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        EntryId cde = room.Directory.Domain("cde.com").Id;
        await room.AcceptAsync("carol@cde.com", ["x@xyz.test"], room.By("carol", "cde.com"));
        await room.Store.Queue.HoldAsync(cde, ChannelNames.Smtp, room.Clock.GetUtcNow(), CancellationToken.None);
        room.Clock.Advance(TimeSpan.FromDays(3));
        await room.AcceptAsync("carol@cde.com", ["y@xyz.test"], room.By("carol", "cde.com"));
        room.Clock.Advance(TimeSpan.FromDays(2));
        Assert.Equal([5, 2], (await room.QueueAsync()).Select(row => row.HeldBy(room.Clock.GetUtcNow()).TotalDays));
        await room.Store.Queue.ResumeAsync(cde, ChannelNames.Smtp, room.Clock.GetUtcNow(), CancellationToken.None);
        Assert.Equal([10, 7], (await room.QueueAsync()).Select(row => (row.Message.Expires - row.Arrived).TotalDays));
    }

    [Fact]
    public async Task After_thirty_days_it_is_returned_with_the_reason()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        await room.AcceptAsync("carol@cde.com", ["x@xyz.test"], room.By("carol", "cde.com"));
        room.Directory.Set(Domain, "mailDomainStatus", "inactive");
        room.StartScheduler();
        int passed = await UntilHeldAsync(room);
        room.Clock.Advance(TimeSpan.FromDays(31));
        await PassAsync(room);
        List<string> ends = [];
        for (int i = 0; i < passed + 2; i++)
            ends.Add(await room.TrailAsync("finished"));
        Assert.Contains("failed", Assert.Single(ends, line => line.Contains("x@xyz.test", StringComparison.Ordinal)), StringComparison.Ordinal);
        // the report waits for carol, who cannot be reached either
        QueueRow report = Assert.Single(await room.QueueAsync());
        Assert.Equal((ChannelNames.Local, null), (report.Message.Channel, report.Message.Sender));
        Assert.Contains("kept as long as allowed while the sender's domain was suspended", await room.TextAsync(report), StringComparison.Ordinal);
        Assert.False(room.Out.HasAttempt);
    }

    [Fact]
    public async Task Mail_of_a_deleted_domain_fails_with_one_bounded_digest_to_the_sites_postmaster()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        for (int i = 0; i < 250; i++)
            await room.AcceptAsync("carol@cde.com", [$"x{i}@xyz.test"], room.By("carol", "cde.com"));
        room.Directory.Set(Domain, "mailDomainStatus", "deleted");
        room.StartScheduler();
        while ((await room.QueueAsync()).Count > 0)
            await PassAsync(room);
        string digest = Assert.Single(await room.InboxAsync("postmaster", "abc.com"), text => text.Contains("was not sent", StringComparison.Ordinal));
        Assert.Contains("Subject: Mail of cde.com was not sent: 250 messages\r\n", digest, StringComparison.Ordinal);
        Assert.Contains("<carol@cde.com> to x99@xyz.test\r\n... and 150 more.\r\n", digest, StringComparison.Ordinal);
        Assert.Empty(await room.InboxAsync("carol", "cde.com"));
    }

    [Fact]
    public async Task A_digest_is_told_once_however_often_the_end_is_begun()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        EntryId cde = room.Directory.Domain("cde.com").Id;
        for (int i = 0; i < 201; i++)
            await room.AcceptAsync("carol@cde.com", [$"x{i}@xyz.test"], room.By("carol", "cde.com"));
        LaneContents before = await room.Store.Queue.ContentsAsync(cde, ChannelNames.Smtp, CancellationToken.None);
        Assert.Equal(201, before.Messages);
        Assert.Equal(200, await room.Store.ClearAsync(new LaneEnd(cde, ChannelNames.Smtp, before.Last) { Created = await DigestAsync(room) }, CancellationToken.None));
        await room.RestartAsync();
        // what is left was told of
        Assert.Equal(0, (await room.Store.Queue.ContentsAsync(cde, ChannelNames.Smtp, CancellationToken.None)).Messages);
        Assert.Equal(1, await room.Store.ClearAsync(new LaneEnd(cde, ChannelNames.Smtp, before.Last) { Created = await DigestAsync(room) }, CancellationToken.None));
        Assert.Empty(await room.QueueAsync());
        Assert.Single(await room.InboxAsync("carol", "cde.com"));
    }

    [Fact]
    public async Task A_report_that_fails_goes_to_the_domains_postmaster()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        room.StartScheduler();
        await room.AcceptAsync("gone@bcd.com", ["x@xyz.test"], new Origin { Protocol = "local", ByHost = "mail.bcd.com", IsTrusted = true, Domain = room.Directory.Domain("bcd.com").Id });
        room.Out.Answer(Never);
        while ((await room.InboxAsync("admin", "bcd.com")).Length == 0)
            await room.TrailAsync("finished");
        string told = Assert.Single(await room.InboxAsync("admin", "bcd.com"));
        Assert.Matches("(?m)^To: <?postmaster@bcd.com", told);
        Assert.Contains("gone@bcd.com", told, StringComparison.Ordinal);
        Assert.Empty(await room.QueueAsync());
    }

    [Fact]
    public async Task What_fails_for_the_postmaster_without_a_sender_ends_there()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        room.Directory.AddDomain("lone.test", ("mailDomainPostmaster", "away@xyz.test"));
        room.StartScheduler();
        room.Out.Answer(Never);
        await room.AcceptAsync("", ["postmaster@lone.test"]);
        await room.TrailAsync("finished");
        Assert.Empty(await room.QueueAsync());
    }

    private static async Task<string> EndOfAsync(TransferRoom room, string recipient)
    {
        while (true)
            if (await room.TrailAsync("finished") is var line && line.Contains(recipient, StringComparison.Ordinal))
                return line;
    }

    private static async Task<Acceptance> DigestAsync(TransferRoom room)
    {
        await using ContentWriter writer = room.Store.NewContent();
        await writer.WriteAsync("Subject: digest\r\n\r\n"u8.ToArray(), CancellationToken.None);
        var envelope = new Envelope { Recipients = [new EnvelopeRecipient(MailAddress.Parse("carol@cde.com"))] };
        return room.Unit.Prepare(new Submission(envelope, (await writer.CompleteAsync(CancellationToken.None))!, new Origin { Protocol = "local", ByHost = "mail.abc.com", IsTrusted = true }));
    }

    /// <summary>Another domain's message goes through: the scheduler has looked at its queues.</summary>
    /// <summary>Returns how many messages of another domain have passed meanwhile.</summary>
    private static async Task<int> UntilHeldAsync(TransferRoom room)
    {
        EntryId cde = room.Directory.Domain("cde.com").Id;
        for (int passed = 1; ; passed++)
        {
            await PassAsync(room);
            if ((await room.Store.Queue.LanesAsync(cde, CancellationToken.None)).Any(static lane => lane.HeldSince is not null))
                return passed;
        }
    }

    private static async Task PassAsync(TransferRoom room)
    {
        await room.AcceptAsync("admin@bcd.com", ["passes@xyz.test"], room.By("admin", "bcd.com"));
        room.Out.Answer(Delivered);
        Assert.Equal("bcd.com", (await room.Out.AttemptAsync()).Message.Sender!.Value.DomainKey);
    }
}
