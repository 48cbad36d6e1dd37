using System.Text;
using DirMail.Mail;
using DirMail.Store;
using DirMail.Unit.Routing;

namespace DirMail.Unit.Transfer;

/// <summary>What is forwarded leaves as an address of the forwarding domain, and who sent it hears of it all the same.</summary>
public sealed class ForwardedTests
{
    private static readonly Srs Signer = new([Encoding.ASCII.GetBytes("0123456789abcdef0123456789abcdef")]);

    [Fact]
    public async Task It_leaves_with_a_return_address_and_with_all_that_its_sender_asked()
    {
        await using TransferRoom room = await OpenAsync();
        await room.AcceptAsync("x@xyz.test", ["roam@bcd.com"], change: static recipient => recipient with { Notify = Notify.Failure, OriginalRecipient = "rfc822;roam@bcd.com" });
        QueueRow row = Assert.Single(await room.QueueAsync());
        Assert.Matches("^SRS0=[A-Z2-7]{8}=[A-Z2-7]{2}=xyz.test=x@bcd.com$", row.Message.Sender.ToString());
        Assert.Equal(("127.0.70.1", Notify.Failure, "rfc822;roam@bcd.com"), (row.Message.Identity.V4!.ToString(), row.Recipients[0].Recipient.Notify, row.Recipients[0].Recipient.OriginalRecipient));
    }

    [Fact]
    public async Task A_mailbox_beside_it_keeps_the_sender_as_it_was()
    {
        await using TransferRoom room = await OpenAsync();
        room.Directory.Set(ExampleDirectory.UserDn("roam", "bcd.com"), "mailDeliveryOption", "mailbox", "forward");
        await room.AcceptAsync("x@xyz.test", ["roam@bcd.com"]);
        Assert.StartsWith("Return-Path: <x@xyz.test>\r\n", Assert.Single(await room.InboxAsync("roam", "bcd.com")), StringComparison.Ordinal);
        Assert.StartsWith("SRS0=", Assert.Single(await room.QueueAsync()).Message.Sender.ToString(), StringComparison.Ordinal);
    }

    /// <summary>A failure that we see is told to the one who sent: in no header has he an address of ours.</summary>
    [Theory]
    [InlineData("x@xyz.test")]
    [InlineData("carol@cde.com")]
    public async Task Its_failure_here_is_told_to_the_one_who_sent(string sender)
    {
        await using TransferRoom room = await OpenAsync();
        room.StartScheduler();
        room.Out.Answer(new Outcome.Failed(new(5, 1, 1), "no such user"));
        await room.AcceptAsync(sender, ["roam@bcd.com"]);
        await room.TrailAsync("finished");
        string report = sender.EndsWith("cde.com", StringComparison.Ordinal) ? Assert.Single(await room.InboxAsync("carol", "cde.com")) : await ReportAsync(room, sender);
        Assert.Contains($"\r\nTo: <{sender}>\r\n", report, StringComparison.Ordinal);
        Assert.Contains("Reporting-MTA: dns; mail.bcd.com\r\n", report, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_report_that_comes_back_goes_to_the_one_who_sent_from_the_forwarding_domain()
    {
        await using TransferRoom room = await OpenAsync();
        await room.AcceptAsync("x@xyz.test", ["roam@bcd.com"]);
        QueueRow row = Assert.Single(await room.QueueAsync());
        Assert.IsType<DirMail.Transfer.AcceptResult.Accepted>(await room.AcceptAsync("", [row.Message.Sender.ToString()!]));
        QueueRow back = Assert.Single(await room.QueueAsync(), static queued => queued.Message.Sender is null);
        Assert.Equal(("x@xyz.test", "127.0.70.1", "xyz.test"), (back.Recipients[0].Recipient.Final.ToString(), back.Message.Identity.V4!.ToString(), back.Message.Destination));
    }

    /// <summary>The decision is taken at the door and again in the commit: the second knows the sender too.</summary>
    [Fact]
    public async Task Mail_with_a_sender_is_not_turned_back()
    {
        await using TransferRoom room = await OpenAsync();
        await room.AcceptAsync("x@xyz.test", ["roam@bcd.com"]);
        string address = Assert.Single(await room.QueueAsync()).Message.Sender.ToString()!;
        Assert.Equal(Responses.BadReturnAddress, Assert.IsType<DirMail.Transfer.AcceptResult.Refused>(await room.AcceptAsync("y@xyz.test", [address])).Reply);
        Assert.Equal(Responses.BadReturnAddress, Assert.IsType<DirMail.Transfer.AcceptResult.Refused>(await room.AcceptAsync("bob@bcd.com", [address], room.By("bob", "bcd.com"))).Reply);
    }

    [Fact]
    public async Task It_says_which_address_sent_it_on_and_the_same_person_gets_it_once()
    {
        await using TransferRoom room = await OpenAsync();
        room.Directory.AddUser("rover", "bcd.com", ("mailDeliveryOption", "forward"), ("mailForwardingAddress", "far@away.test"), ("mailForwardingAddress", "further@away.test"));
        await room.AcceptAsync("x@xyz.test", ["roam@bcd.com", "rover@bcd.com"]);
        IReadOnlyList<QueueRow> rows = await room.QueueAsync();
        Assert.Equal([("Delivered-To: roam@bcd.com", "far@away.test"), ("Delivered-To: rover@bcd.com", "further@away.test")],
            rows.Select(row => (Encoding.UTF8.GetString(row.Message.Prefix.Span).Split("\r\n")[0], Assert.Single(row.Recipients).Recipient.Final.ToString())).Order());
    }

    /// <summary>Whoever sends it on, and as whom: whom the sender names gets what he sent.</summary>
    [Theory]
    [InlineData("far@away.test", "list@bcd.com", "roam@bcd.com")]
    [InlineData("list@bcd.com", "roam@bcd.com", "far@AWAY.test")]
    public async Task A_person_elsewhere_gets_it_once_from_whomever(params string[] recipients)
    {
        await using TransferRoom room = await OpenAsync();
        room.Directory.AddGroup("list", "bcd.com", ("mgrpRFC822MailMember", "far@away.test"), ("mgrpErrorsTo", "owner@bcd.com"));
        await room.AcceptAsync("alice@bcd.com", recipients, room.By("alice", "bcd.com"));
        QueueRow row = Assert.Single(await room.QueueAsync());
        Assert.Equal(("alice@bcd.com", "127.0.70.11"), (row.Message.Sender.ToString(), row.Message.Identity.V4!.ToString()));
        Assert.StartsWith("Received: ", Encoding.UTF8.GetString(row.Message.Prefix.Span), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_several_groups_one_sends_it_on()
    {
        await using TransferRoom room = await OpenAsync();
        room.Directory.AddGroup("list", "bcd.com", ("mgrpRFC822MailMember", "far@away.test"));
        room.Directory.AddGroup("list", "cde.com", ("mgrpRFC822MailMember", "far@away.test"));
        await room.AcceptAsync("x@xyz.test", ["list@bcd.com", "list@cde.com"]);
        Assert.Equal("far@away.test", Assert.Single(Assert.Single(await room.QueueAsync()).Recipients).Recipient.Final.ToString());
    }

    /// <summary>What is too large for somebody does not come to him by way of a group or a forward.</summary>
    [Theory]
    [InlineData("cn=inner,ou=Groups,o=bcd.com,o=hosting", "mgrpMsgMaxSize", "10")]
    [InlineData("cn=inner,ou=Groups,o=bcd.com,o=hosting", "mailMsgMaxBlocks", "0")]
    [InlineData("uid=bob,ou=People,o=cde.com,o=hosting", "mailMsgMaxBlocks", "0")]
    [InlineData("o=cde.com,o=hosting", "mailDomainMsgMaxBlocks", "0")]
    public async Task Limits_of_size_hold_behind_a_group(string dn, string attribute, string value)
    {
        await using TransferRoom room = await OpenAsync();
        room.Directory.AddGroup("outer", "bcd.com", ("mgrpRFC822MailMember", "inner@bcd.com"), ("uniqueMember", ExampleDirectory.UserDn("alice", "bcd.com")));
        room.Directory.AddGroup("inner", "bcd.com", ("mgrpRFC822MailMember", "bob@cde.com"));
        room.Directory.Set(dn, attribute, value);
        await room.AcceptAsync("x@xyz.test", ["outer@bcd.com"]);
        Assert.Single(await room.InboxAsync("alice", "bcd.com"));
        Assert.Empty(await room.InboxAsync("bob", "cde.com"));
        QueueRow row = Assert.Single(await room.QueueAsync());
        Assert.Equal((DirMail.Transfer.ChannelNames.Return, Responses.LargerThanRecipientAllows.ToString()), (row.Message.Channel, row.Recipients[0].Recipient.Reason));
    }

    /// <summary>Reports to a group are nobody's to report about: a group that hears of its own failures would tell itself for ever.</summary>
    [Theory]
    [InlineData("owner@bcd.com", "No")]
    [InlineData("owner@else.test", "No")]
    [InlineData("owner@bcd.com", "Yes")]
    public async Task Mail_without_a_sender_leaves_a_group_without_one(string errorsTo, string defers)
    {
        await using TransferRoom room = await OpenAsync();
        room.Directory.AddGroup("outer", "bcd.com", ("mgrpRFC822MailMember", "list@bcd.com"), ("mgrpErrorsTo", errorsTo));
        room.Directory.AddGroup("list", "bcd.com", ("mgrpRFC822MailMember", "far@away.test"), ("mgrpErrorsTo", errorsTo), ("mailDeferProcessing", defers));
        room.StartScheduler();
        await room.AcceptAsync("", ["outer@bcd.com"]);
        QueueRow row = await room.Out.AttemptAsync();
        Assert.Equal((null, "far@away.test"), (row.Message.Sender, row.Recipients[0].Recipient.Final.ToString()));
        room.Out.Answer(new Outcome.Delivered("mx", "250"));
    }

    [Fact]
    public async Task A_group_that_hears_of_its_own_failures_hears_of_each_once()
    {
        await using TransferRoom room = await OpenAsync();
        room.Directory.AddGroup("list", "bcd.com", ("mgrpRFC822MailMember", "far@away.test"), ("uniqueMember", ExampleDirectory.UserDn("alice", "bcd.com")), ("mgrpErrorsTo", "list@bcd.com"));
        room.StartScheduler();
        for (int i = 0; i < 10; i++)
            room.Out.Answer(new Outcome.Failed(new(5, 1, 1), "no such user"));
        await room.AcceptAsync("x@xyz.test", ["list@bcd.com"]);
        using var limit = new CancellationTokenSource(TransferRoom.Soon);
        while ((await room.QueueAsync()).Count > 0)
            await Task.Delay(5, limit.Token);
        // the message and the report that one copy of it failed, which fails there, too
        Assert.Equal(2, (await room.InboxAsync("alice", "bcd.com")).Length);
        Assert.Equal(["list@bcd.com", ""], new[] { await room.Out.AttemptAsync(), await room.Out.AttemptAsync() }.Select(static row => row.Message.Sender?.ToString() ?? ""));
        Assert.False(room.Out.HasAttempt);
    }

    /// <summary>A report that was asked for is not lost with the second copy.</summary>
    [Fact]
    public async Task Who_asks_for_reports_of_success_of_both_gets_both()
    {
        await using TransferRoom room = await OpenAsync();
        await room.AcceptAsync("alice@bcd.com", ["far@away.test", "roam@bcd.com"], room.By("alice", "bcd.com"), change: static recipient => recipient with { Notify = Notify.Success });
        Assert.Equal(["far@away.test", "roam@bcd.com"], (await room.QueueAsync()).SelectMany(static row => row.Recipients).Select(static to => to.Recipient.Given.ToString()).Order());
    }

    [Fact]
    public async Task What_own_users_send_to_others_says_nothing_of_the_kind()
    {
        await using TransferRoom room = await OpenAsync();
        await room.AcceptAsync("alice@bcd.com", ["far@away.test"], room.By("alice", "bcd.com"));
        Assert.StartsWith("Received: ", Encoding.UTF8.GetString(Assert.Single(await room.QueueAsync()).Message.Prefix.Span), StringComparison.Ordinal);
    }

    private static async Task<string> ReportAsync(TransferRoom room, string sender)
    {
        QueueRow row = Assert.Single(await room.QueueAsync());
        Assert.Equal((null, sender), (row.Message.Sender, row.Recipients[0].Recipient.Final.ToString()));
        return await room.TextAsync(row);
    }

    private static async Task<TransferRoom> OpenAsync()
    {
        TransferRoom room = await TransferRoom.OpenAsync(ExampleDirectory.Load(ExampleDirectory.Settings with { ReturnAddresses = Signer }));
        room.Directory.AddUser("roam", "bcd.com", ("mailDeliveryOption", "forward"), ("mailForwardingAddress", "far@away.test"));
        return room;
    }
}
