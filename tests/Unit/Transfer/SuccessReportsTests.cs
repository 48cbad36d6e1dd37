using System.Text.RegularExpressions;
using DirMail.Mail;
using DirMail.Store;
using DirMail.Transfer;

namespace DirMail.Unit.Transfer;

/// <summary>Who wants to hear of success (RFC 3461) hears of it once, from the right one; and a report about a report is the last.</summary>
public sealed class SuccessReportsTests
{
    private static readonly Outcome Relayed = new Outcome.Delivered("mx.xyz.test", "250 ok");
    private static readonly Outcome Never = new Outcome.Failed(new(5, 1, 1), "mx.xyz.test [192.0.2.9] said: 550 no such user") { Said = new("mx.xyz.test", "550 no such user") };

    [Fact]
    public async Task A_group_is_told_of_as_expanded_and_its_members_not_at_all()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        room.StartScheduler();
        await PostAsync(room, "staff@bcd.com");
        Assert.Equal("expanded staff@bcd.com: sent on to its members", await ReportAsync(room));
        foreach ((string uid, string domain) in ((string, string)[])[("alice", "bcd.com"), ("carol", "cde.com")])
            Assert.Single(await room.InboxAsync(uid, domain), static text => text.Contains("Subject: test", StringComparison.Ordinal));
        Assert.Empty(await room.QueueAsync());
    }

    /// <summary>A member that fails is told of all the same: expanded is not the end.</summary>
    [Fact]
    public async Task A_member_that_fails_later_is_reported()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        room.Directory.AddGroup("mixed", "bcd.com", ("mgrpRFC822MailMember", "x@xyz.test"), ("mgrpRFC822MailMember", "carol@cde.com"));
        room.Out.Answer(Never);
        room.StartScheduler();
        await PostAsync(room, "mixed@bcd.com");
        Assert.Equal(Notify.Failure, (await room.Out.AttemptAsync()).Recipients[0].Recipient.Notify);
        Assert.Equal(["expanded mixed@bcd.com: sent on to its members", "failed x@xyz.test: 550 no such user"], (await ReportsAsync(room, 2)).Order());
        string failed = Assert.Single(await room.InboxAsync("bob", "bcd.com"), static text => text.Contains("Action: failed", StringComparison.Ordinal));
        Assert.Equal(("dns; mx.xyz.test", true), (Field(failed, "Remote-MTA"), Field(failed, "Last-Attempt-Date").Length > 0));
        Assert.Contains("mx.xyz.test [192.0.2.9] said: 550 no such user", failed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_that_answers_for_its_members_has_it_delivered()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        room.Directory.AddGroup("list", "bcd.com", ("mgrpRFC822MailMember", "x@xyz.test"), ("mgrpErrorsTo", "mailto:postmaster@bcd.com"));
        room.Out.Answer(Relayed);
        room.StartScheduler();
        await PostAsync(room, "list@bcd.com");
        QueueRow row = await room.Out.AttemptAsync();
        Assert.Equal(("postmaster@bcd.com", Notify.Default, null), (row.Message.Sender.ToString(), row.Recipients[0].Recipient.Notify, row.Recipients[0].Recipient.OriginalRecipient));
        Assert.Equal("delivered list@bcd.com: the list has it", await ReportAsync(room));
    }

    /// <summary>One who has become one other is still one: the next server that does not know DSN makes it relayed, and one that does tells itself.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_forward_to_one_asks_the_next(bool reportsItself)
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        room.Directory.AddUser("roam", "bcd.com", ("mailDeliveryOption", "forward"), ("mailForwardingAddress", "x@xyz.test"));
        room.Out.Answer(new Outcome.Delivered("mx.xyz.test", "250 ok") { ReportsItself = reportsItself });
        room.StartScheduler();
        await PostAsync(room, "roam@bcd.com");
        Assert.Equal(Notify.Success | Notify.Failure, (await room.Out.AttemptAsync()).Recipients[0].Recipient.Notify);
        if (reportsItself)
            await room.TrailAsync("finished");
        else
            Assert.Equal("relayed x@xyz.test: 250 ok", await ReportAsync(room));
        Assert.Equal(reportsItself ? 0 : 1, (await room.InboxAsync("bob", "bcd.com")).Length);
    }

    [Theory]
    [InlineData(Notify.Never)]
    [InlineData(Notify.Default)]
    public async Task Who_did_not_ask_hears_nothing(Notify notify)
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        await room.AcceptAsync("bob@bcd.com", ["staff@bcd.com"], room.By("bob", "bcd.com"), recipient => recipient with { Notify = notify });
        Assert.Empty(await room.QueueAsync());
    }

    /// <summary>Who only answers has no mailbox that the mail could have come to.</summary>
    [Fact]
    public async Task An_answer_is_no_delivery()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        room.Directory.AddUser("robot", "bcd.com", ("mailDeliveryOption", "autoreply"), ("mailAutoReplyText", "beep"), ("mailAutoReplyMode", "reply"));
        await PostAsync(room, "robot@bcd.com");
        Assert.Equal([ChannelNames.Autoreply], (await room.QueueAsync()).Select(static row => row.Message.Channel));
    }

    /// <summary>The postmaster's mail waits, is resolved anew and goes elsewhere, where it fails: a third report would be the first of many.</summary>
    [Fact]
    public async Task A_report_about_a_report_is_the_last_whatever_way_it_took()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        const string Admin = "uid=admin,ou=People,o=bcd.com,o=hosting";
        room.Directory.Set(Admin, "inetUserStatus", "inactive");
        room.StartScheduler();
        room.Out.Answer(Never);
        await room.AcceptAsync("gone@bcd.com", ["x@xyz.test"], new Origin { Protocol = "local", ByHost = "mail.bcd.com", IsTrusted = true, Domain = room.Directory.Domain("bcd.com").Id });
        while (!(await room.QueueAsync()).Any(static row => row.Message.Channel == ChannelNames.Local))
            await room.TrailAsync("attempted");
        room.Out.Answer(Never);
        room.Directory.Set(Admin, "mailDeliveryOption", "forward");
        room.Directory.Set(Admin, "mailForwardingAddress", "away@xyz.test");
        room.Directory.Set(Admin, "inetUserStatus", "active");
        while (!(await room.TrailAsync("finished")).Contains("away@xyz.test", StringComparison.Ordinal))
        {
        }
        Assert.Empty(await room.QueueAsync());
    }

    private static Task<AcceptResult> PostAsync(TransferRoom room, string to) => room.AcceptAsync("bob@bcd.com", [to], room.By("bob", "bcd.com"), static recipient => recipient with { Notify = Notify.Success | Notify.Failure, OriginalRecipient = "rfc822;somebody" });

    private static async Task<string> ReportAsync(TransferRoom room) => Assert.Single(await ReportsAsync(room, 1));

    /// <summary>"action address: diagnostic" of each report that bob has, once there are so many.</summary>
    private static async Task<string[]> ReportsAsync(TransferRoom room, int count)
    {
        while (true)
        {
            string[] reports = [.. (await room.InboxAsync("bob", "bcd.com")).Where(static text => text.Contains("report-type=delivery-status", StringComparison.Ordinal)).Select(Read)];
            if (reports.Length >= count)
                return reports;
            await room.TrailAsync("finished");
        }
    }

    private static string Read(string report) => $"{Field(report, "Action")} {Field(report, "Final-Recipient").Replace("rfc822; ", "", StringComparison.Ordinal)}: {Field(report, "Diagnostic-Code").Split("; ", 2)[1]}";

    private static string Field(string report, string name) => Regex.Match(report, $"(?m)^{name}: (.*?)\r$").Groups[1].Value;
}
