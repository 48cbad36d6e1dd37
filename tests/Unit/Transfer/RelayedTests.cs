using DirMail.Mail;
using DirMail.Store;
using DirMail.Transfer;
using DirMail.Unit.Routing;

namespace DirMail.Unit.Transfer;

/// <summary>Mail on its way to the server that keeps a domain's mail (mailRoutingHosts, mailRoutingSmartHost, mailHost): resolved again when that changes.</summary>
public sealed class RelayedTests
{
    private const string Bcd = "o=bcd.com,o=hosting";
    private static readonly Outcome Delivered = new Outcome.Delivered("old.test", "250 ok");
    private static readonly Outcome Later = new Outcome.Deferred(new(4, 4, 1), "no answer");

    [Theory]
    [InlineData("mailRoutingSmartHost", "gone@bcd.com")]
    [InlineData("mailRoutingHosts", "alice@bcd.com")]
    public async Task What_waits_for_a_server_goes_to_the_new_one_at_once(string attribute, string recipient)
    {
        await using TransferRoom room = await WaitingAsync(attribute, "old.test", recipient);
        room.Directory.Set(Bcd, attribute, "new.test:26");
        QueueRow row = await room.Out.AttemptAsync();
        Assert.Equal(("new.test:26", recipient), (row.Message.Destination, Assert.Single(row.Recipients).Recipient.Final.ToString()));
        Assert.Equal((room.Directory.Domain("bcd.com").Id, "mail.abc.com", null), (row.Message.Domain, row.Message.Identity.HostName, row.Message.Identity.V4));
        string text = await room.TextAsync(row);
        Assert.Equal(2, text.Split($"Delivered-To: {recipient}\r\n").Length);
        room.Out.Answer(Delivered);
        await room.TrailAsync("finished");
        await room.TrailAsync("finished");
        Assert.Empty(await room.QueueAsync());
    }

    [Fact]
    public async Task Without_a_smart_host_the_sender_is_told_that_nobody_is_there()
    {
        await using TransferRoom room = await WaitingAsync("mailRoutingSmartHost", "old.test", "gone@bcd.com");
        room.Directory.Set(Bcd, "mailRoutingSmartHost");
        QueueRow report = await room.Out.AttemptAsync();
        Assert.Equal(("xyz.test", null), (report.Message.Destination, report.Message.Sender));
        string text = await room.TextAsync(report);
        Assert.Contains("Final-Recipient: rfc822; gone@bcd.com\r\n", text, StringComparison.Ordinal);
        Assert.Contains("Status: 5.1.1\r\n", text, StringComparison.Ordinal);
        room.Out.Answer(Delivered);
    }

    [Fact]
    public async Task A_domain_that_comes_here_gets_what_waits_for_its_former_server()
    {
        await using TransferRoom room = await WaitingAsync("mailRoutingHosts", "old.test", "alice@bcd.com");
        room.Directory.Set(Bcd, "mailRoutingHosts", "old.test", "mail.abc.com");
        await room.TrailAsync("finished");
        Assert.Single(await room.InboxAsync("alice", "bcd.com"));
        Assert.Empty(await room.QueueAsync());
    }

    [Fact]
    public async Task Who_has_come_here_by_the_next_attempt_gets_it_and_the_others_of_the_row_go_their_way()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync(ExampleDirectory.Load(ExampleDirectory.Settings with { RelayHosts = ["old.test"] }));
        foreach (string uid in (string[])["gone", "new"])
            room.Directory.AddUser(uid, "bcd.com", ("mailHost", "old.test"));
        room.Directory.AddGroup("crew", "bcd.com", ("mgrpRFC822MailMember", "gone@bcd.com"), ("mgrpRFC822MailMember", "new@bcd.com"));
        room.StartScheduler();
        await room.AcceptAsync("x@xyz.test", ["crew@bcd.com"]);
        room.Out.Answer(Later);
        Assert.Equal(2, (await room.Out.AttemptAsync()).Recipients.Count);
        await room.TrailAsync("attempted");
        await room.TrailAsync("attempted");
        room.Directory.Set(ExampleDirectory.UserDn("new", "bcd.com"), "mailHost");
        room.Out.Answer(Delivered);
        while (!room.Out.HasAttempt)
            room.Clock.Advance(await room.Clock.WaitAsync());
        Assert.Equal("gone@bcd.com", Assert.Single((await room.Out.AttemptAsync()).Recipients).Recipient.Final.ToString());
        await room.TrailAsync("finished");
        await room.TrailAsync("finished");
        Assert.Single(await room.InboxAsync("new", "bcd.com"));
        Assert.Empty(await room.QueueAsync());
    }

    [Fact]
    public async Task Mail_for_a_domain_that_is_hosted_here_now_stays_here()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        await room.AcceptAsync("carol@cde.com", ["x@fresh.test"], room.By("carol", "cde.com"));
        room.Directory.AddDomain("fresh.test");
        room.Directory.AddUser("x", "fresh.test");
        room.StartScheduler();
        await room.TrailAsync("finished");
        Assert.Single(await room.InboxAsync("x", "fresh.test"));
        Assert.False(room.Out.HasAttempt);
    }

    [Fact]
    public async Task What_has_not_changed_is_attempted_as_it_is()
    {
        await using TransferRoom room = await WaitingAsync("mailRoutingSmartHost", "old.test", "gone@bcd.com");
        DateTimeOffset due = Assert.Single(await room.QueueAsync()).Recipients[0].NextAttempt;
        room.Directory.Set(Bcd, "mailDomainWelcomeMessage", "Subject: x$$y");
        room.Directory.Set(Bcd, "mailRoutingSmartHost", "OLD.test");
        await room.AcceptAsync("y@xyz.test", ["gone2@bcd.com"]);
        Assert.Equal("gone2@bcd.com", (await room.Out.AttemptAsync()).Recipients[0].Recipient.Final.ToString());
        Assert.Equal(due, (await room.QueueAsync())[0].Recipients[0].NextAttempt);
        room.Out.Answer(Delivered);
    }

    /// <summary>Accepted from outside, attempted once in vain.</summary>
    private static async Task<TransferRoom> WaitingAsync(string attribute, string value, string recipient)
    {
        TransferRoom room = await TransferRoom.OpenAsync(ExampleDirectory.Load(ExampleDirectory.Settings with { MailHosts = ["mail.abc.com"] }));
        room.Directory.Set(Bcd, attribute, value);
        room.StartScheduler();
        Assert.IsType<AcceptResult.Accepted>(await room.AcceptAsync("x@xyz.test", [recipient]));
        room.Out.Answer(Later);
        Assert.Equal(value + ":25", (await room.Out.AttemptAsync()).Message.Destination);
        await room.TrailAsync("attempted");
        return room;
    }
}
