using DirMail.Mail;
using DirMail.Store;
using DirMail.Transfer;
using DirMail.Unit.Routing;

namespace DirMail.Unit.Transfer;

/// <summary>Scripts of users, groups and domains at delivery: what is filed, flagged, sent on, refused and dropped, at once and later, once each.</summary>
public sealed class SieveTests
{
    private const string Require = "require [\"fileinto\", \"reject\", \"copy\", \"imap4flags\", \"envelope\"]; ";
    private static readonly string Bob = ExampleDirectory.UserDn("bob", "cde.com"), Carol = ExampleDirectory.UserDn("carol", "cde.com");

    [Fact]
    public async Task Files_into_several_mailboxes_with_flags_one_copy_of_the_content()
    {
        await using TransferRoom room = await OpenAsync(Bob, "setflag \"\\\\Seen\"; fileinto :flags [\"\\\\Flagged Work\", \"Later\"] \"Lists/Ä\"; fileinto \"lists/Ä\"; fileinto \"Other\"; keep;");
        await room.AcceptAsync("x@xyz.test", ["bob@cde.com"]);
        Assert.Equal("INBOX 1 Seen , Lists 0, Lists/Ä 1 Flagged Work Later, Other 1 Seen , lists 0, lists/Ä 1 Seen ", await MailboxesAsync(room));
        Assert.All((await room.Store.Mailboxes.ListAsync(room.Directory.User("bob", "cde.com").Id, CancellationToken.None)).Where(static mailbox => mailbox.Name is "Lists/Ä" or "Other"), static mailbox => Assert.True(mailbox.Subscribed));
        Assert.Empty(await room.QueueAsync());
        Assert.Equal(1, (await room.Store.StatisticsAsync(CancellationToken.None)).Contents);
    }

    [Theory]
    [InlineData("fileinto \"a//b\";", "INBOX 1")]
    [InlineData("fileinto \"a%\"; fileinto \"B\";", "B 1, INBOX 1")]
    [InlineData("fileinto \"inbox\";", "INBOX 1")]
    [InlineData("discard;", "")]
    [InlineData("if header \"subject\" \"test\" { fileinto \"A\"; }", "A 1")]
    [InlineData("if header :contains \"received\" \"with ESMTP\" { fileinto \"A\"; }", "A 1")]
    [InlineData("if allof(envelope \"from\" \"x@xyz.test\", envelope \"to\" \"bob@cde.com\", header \"return-path\" \"<x@xyz.test>\") { fileinto \"A\"; }", "A 1")]
    [InlineData("redirect \"bob@cde.com\";", "INBOX 1")]
    [InlineData("keep; reject \"both\";", "INBOX 1")]
    [InlineData("this is no script", "INBOX 1")]
    public async Task What_it_says_is_done(string script, string expected)
    {
        await using TransferRoom room = await OpenAsync(Bob, script);
        Assert.IsType<AcceptResult.Accepted>(await room.AcceptAsync("x@xyz.test", ["bob@cde.com"]));
        Assert.Equal(expected, string.Join(", ", (await MailboxesAsync(room)).Split(", ").Select(static text => text.Trim())));
        Assert.Empty(await room.QueueAsync());
    }

    /// <summary>As a forward leaves: the user's identity and a return address of the domain, and marked so that a loop is seen.</summary>
    [Fact]
    public async Task Redirects_as_a_forward_does()
    {
        await using TransferRoom room = await OpenAsync(Bob, "redirect :copy \"friend@else.test\"; redirect \"carol@cde.com\";");
        await room.AcceptAsync("x@xyz.test", ["bob@cde.com"]);
        Assert.Empty(await room.InboxAsync("bob", "cde.com"));
        Assert.Single(await room.InboxAsync("carol", "cde.com"));
        QueueRow row = Assert.Single(await room.QueueAsync());
        Assert.Equal(("friend@else.test", room.Directory.Domain("cde.com").Id), (Assert.Single(row.Recipients).Recipient.Final.ToString(), row.Message.Domain));
        Assert.StartsWith("Delivered-To: bob@cde.com\r\n", await room.TextAsync(row), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_who_redirect_to_one_another_get_it_once()
    {
        await using TransferRoom room = await OpenAsync(Bob, "redirect \"carol@cde.com\";");
        room.Directory.Set(Carol, "mailSieveRuleSource", "redirect \"bob@cde.com\";");
        await room.AcceptAsync("x@xyz.test", ["bob@cde.com"]);
        Assert.Empty(await room.InboxAsync("bob", "cde.com"));
        Assert.Single(await room.InboxAsync("carol", "cde.com"));
    }

    [Fact]
    public async Task A_rejection_is_said_at_the_dot_when_nobody_else_gets_it()
    {
        await using TransferRoom room = await OpenAsync(Bob, "reject \"I do not want\r\n  this, \u00fc\";");
        Assert.Equal("550 5.7.1 I do not want this, ?", Assert.IsType<AcceptResult.Refused>(await room.AcceptAsync("x@xyz.test", ["bob@cde.com"])).Reply.ToString());
        Assert.Equal("550 5.7.1 I do not want this, ?", Assert.IsType<AcceptResult.Refused>(await room.AcceptAsync("", ["bob@cde.com"])).Reply.ToString());
        var each = Assert.IsType<AcceptResult.Accepted>(await room.AcceptAsync("x@xyz.test", ["bob@cde.com", "carol@cde.com"], answersEach: true));
        Assert.Equal("bob@cde.com", Assert.Single(each.NotTaken).Key.ToString());
        Assert.Empty(await room.QueueAsync());
        Assert.Single(await room.InboxAsync("carol", "cde.com"));
        Assert.Empty(await room.InboxAsync("bob", "cde.com"));
    }

    [Fact]
    public async Task Else_the_sender_gets_a_report_and_without_a_sender_it_is_kept()
    {
        await using TransferRoom room = await OpenAsync(Bob, "reject \"not wanted\";");
        await room.AcceptAsync("alice@bcd.com", ["bob@cde.com", "carol@cde.com"]);
        await room.AcceptAsync("", ["bob@cde.com", "carol@cde.com"]);
        room.StartScheduler();
        await EmptyAsync(room);
        string report = Assert.Single(await room.InboxAsync("alice", "bcd.com"));
        Assert.Contains("Status: 5.7.1", report, StringComparison.Ordinal);
        Assert.Contains("not wanted", report, StringComparison.Ordinal);
        Assert.Equal(2, (await room.InboxAsync("carol", "cde.com")).Length);
        Assert.Contains("Return-Path: <>\r\n", Assert.Single(await room.InboxAsync("bob", "cde.com")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("keep;", "INBOX 1")]
    [InlineData("if false { keep; }", "D 1")]
    [InlineData("fileinto \"U\";", "U 1")]
    [InlineData("", "D 1")]
    [InlineData("nonsense", "D 1")]
    public async Task The_domains_script_is_asked_where_the_users_takes_no_action(string script, string expected)
    {
        await using TransferRoom room = await OpenAsync(Bob, script);
        room.Directory.Set("o=cde.com,o=hosting", "mailDomainSieveRuleSource", Require + "fileinto \"D\";");
        await room.AcceptAsync("x@xyz.test", ["bob@cde.com"]);
        Assert.Equal(expected, (await MailboxesAsync(room)).Trim());
    }

    /// <summary>Full, suspended, or a row because success is reported: the script is asked when it is delivered, and what went elsewhere goes once.</summary>
    [Fact]
    public async Task What_waits_is_filed_as_if_it_had_not()
    {
        await using TransferRoom room = await OpenAsync(Bob, "if header \"subject\" \"test\" { fileinto \"A\"; fileinto \"B\"; redirect \"carol@cde.com\"; }");
        room.Directory.Set(Bob, "mailMsgQuota", "1");
        await room.AcceptAsync("x@xyz.test", ["bob@cde.com"]);
        Assert.Equal("A 0, B 0", await MailboxesAsync(room));
        Assert.Single(await room.InboxAsync("carol", "cde.com"));
        room.StartScheduler();
        room.Directory.Set(Bob, "mailMsgQuota", "-1");
        room.Clock.Advance(TimeSpan.FromHours(3));
        await EmptyAsync(room);
        Assert.Equal("A 1 , B 1 ", await MailboxesAsync(room));
        Assert.Single(await room.InboxAsync("carol", "cde.com"));

        await room.AcceptAsync("alice@bcd.com", ["bob@cde.com"], change: static recipient => recipient with { Notify = Notify.Success });
        await EmptyAsync(room);
        Assert.Equal("A 2  , B 2  ", await MailboxesAsync(room));
        Assert.Equal(2, (await room.InboxAsync("carol", "cde.com")).Length);
    }

    [Fact]
    public async Task Junk_goes_where_a_script_files_it_and_else_to_the_junk()
    {
        const string mark = "X-DirMail-Junk: dmarc\r\n";
        await using TransferRoom room = await OpenAsync(Bob, "if header \"x-dirmail-junk\" \"dmarc\" { addflag \"\\\\Seen\"; if header \"from\" \"y@xyz.test\" { fileinto \"Own\"; } }");
        await room.AcceptAsync("x@xyz.test", ["bob@cde.com"], fields: mark);
        await room.AcceptAsync("y@xyz.test", ["bob@cde.com"], fields: mark);
        Assert.Equal("Junk 1 Seen , Own 1 Seen ", await MailboxesAsync(room));
    }

    [Fact]
    public async Task A_groups_script_decides_before_its_members_get_it()
    {
        await using TransferRoom room = await OpenAsync(Bob, "if envelope \"to\" \"team@cde.com\" { fileinto \"Team\"; }");
        room.Directory.AddGroup("team", "cde.com", ("mgrpRFC822MailMember", "bob@cde.com"), ("mailSieveRuleSource", Require + "if header \"from\" \"x@xyz.test\" { discard; } elsif header \"from\" \"y@xyz.test\" { reject \"closed\"; } elsif header \"from\" \"z@xyz.test\" { redirect \"carol@cde.com\"; } "));
        await room.AcceptAsync("x@xyz.test", ["team@cde.com"]);
        Assert.Equal("550 5.7.1 closed", Assert.IsType<AcceptResult.Refused>(await room.AcceptAsync("y@xyz.test", ["team@cde.com"])).Reply.ToString());
        await room.AcceptAsync("z@xyz.test", ["team@cde.com"]);
        Assert.Equal("", await MailboxesAsync(room));
        Assert.Single(await room.InboxAsync("carol", "cde.com"));
        await room.AcceptAsync("a@xyz.test", ["team@cde.com"]);
        Assert.Equal("Team 1 ", await MailboxesAsync(room));
    }

    [Fact]
    public async Task Who_discards_a_message_does_not_answer_it_unless_the_script_says_so()
    {
        await using TransferRoom room = await OpenAsync(Bob, "if header \"from\" \"x@xyz.test\" { discard; }");
        room.Directory.Set(Bob, "mailDeliveryOption", "mailbox", "autoreply");
        room.Directory.Set(Bob, "mailAutoReplyText", "away");
        await room.AcceptAsync("x@xyz.test", ["bob@cde.com"]);
        Assert.Empty(await room.QueueAsync());
        await room.AcceptAsync("y@xyz.test", ["bob@cde.com"]);
        Assert.Single(await room.QueueAsync());

        room.Directory.Set(Bob, "mailSieveRuleSource", "require \"vacation\"; discard; vacation \"not here any more\";");
        await room.AcceptAsync("x@xyz.test", ["bob@cde.com"]);
        Assert.Equal(2, (await room.QueueAsync()).Count);
        Assert.Equal("INBOX 1 ", await MailboxesAsync(room));
    }

    /// <summary>Each answer once a sender in its days, also to what is filed or forwarded; the texts of the script are not those of attributes, and a row of it is judged anew.</summary>
    [Fact]
    public async Task A_script_answers_once_a_sender_and_answer()
    {
        await using TransferRoom room = await OpenAsync(Bob, """
            require "vacation";
            if header "from" "alice@bcd.com" { vacation :days 3 :addresses ["old@else.test"] :subject "Gone: $50 \\ more" "Back $SUBJECT
            soon"; fileinto "A"; }
            if header "from" "carol@cde.com" { vacation :handle "x" :from "someone@else.test" "one"; }
            """);
        room.StartScheduler();
        foreach (string from in new[] { "alice@bcd.com", "alice@bcd.com", "carol@cde.com" })
        {
            await room.AcceptAsync(from, ["bob@cde.com"], header: "To: old@else.test, bob@cde.com\r\n");
            await EmptyAsync(room);
        }
        string answer = Assert.Single(await room.InboxAsync("alice", "bcd.com"));
        Assert.Contains("\r\nSubject: Gone: $50 \\ more\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("\r\n\r\nBack $SUBJECT\r\nsoon\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("\r\nFrom: <bob@cde.com>\r\n", Assert.Single(await room.InboxAsync("carol", "cde.com")), StringComparison.Ordinal);
        Assert.Equal(2, (await room.InboxAsync("bob", "cde.com", "A")).Length);

        room.Directory.Set(Bob, "mailSieveRuleSource", "require \"vacation\"; vacation :days 3 \"another\";");
        await room.AcceptAsync("alice@bcd.com", ["bob@cde.com"], header: "To: bob@cde.com\r\n");
        await EmptyAsync(room);
        Assert.Equal(2, (await room.InboxAsync("alice", "bcd.com")).Length);
        await room.AcceptAsync("alice@bcd.com", ["bob@cde.com"], header: "To: nobody@else.test\r\n");
        await EmptyAsync(room);
        room.Clock.Advance(TimeSpan.FromDays(4));
        await room.AcceptAsync("alice@bcd.com", ["bob@cde.com"], header: "To: bob@cde.com\r\n");
        await EmptyAsync(room);
        Assert.Equal(3, (await room.InboxAsync("alice", "bcd.com")).Length);
    }

    private static async Task<TransferRoom> OpenAsync(string dn, string script)
    {
        TransferRoom room = await TransferRoom.OpenAsync();
        room.Directory.Set(dn, "mailSieveRuleSource", Require + script);
        return room;
    }

    /// <summary>Bob's: name, number of messages, and the flags of each.</summary>
    private static async Task<string> MailboxesAsync(TransferRoom room)
    {
        List<string> texts = [];
        foreach (Mailbox mailbox in (await room.Store.Mailboxes.ListAsync(room.Directory.User("bob", "cde.com").Id, CancellationToken.None)).OrderBy(static mailbox => mailbox.Name, StringComparer.Ordinal))
        {
            MailboxView view = (await room.Store.Mailboxes.OpenAsync(mailbox.Id, CancellationToken.None))!;
            string flags = string.Join(' ', view.Entries.Select(static entry => $"{(entry.Flags.System == SystemFlags.None ? "" : entry.Flags.System)} {string.Join(' ', entry.Flags.Keywords)}".TrimStart()));
            if (mailbox.Name != "INBOX" || view.Entries.Count > 0)
                texts.Add($"{mailbox.Name} {view.Entries.Count}" + (view.Entries.Count > 0 ? " " + flags : ""));
        }
        return string.Join(", ", texts);
    }

    private static async Task EmptyAsync(TransferRoom room)
    {
        while ((await room.QueueAsync()).Count > 0)
            await room.TrailAsync("finished");
    }
}
