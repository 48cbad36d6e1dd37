using DirMail.Mail;
using DirMail.Store;
using DirMail.Transfer;
using static DirMail.Unit.Routing.ExampleDirectory;

namespace DirMail.Unit.Transfer;

/// <summary>Groups that change the header of what they send on (mgrpAddHeader, mgrpRemoveHeader).</summary>
public sealed class GroupHeaderTests
{
    private const string Crew = "cn=crew,ou=Groups,o=bcd.com,o=hosting";
    private const string Original = "Reply-To: bob@bcd.com\r\nX-Priority: 1\r\nFrom: bob@bcd.com\r\nSubject: test\r\n\r\nText.\r\n";
    private const string Changed = "Reply-To: crew@bcd.com\r\nX-Crew: yes\r\nFrom: bob@bcd.com\r\nSubject: test\r\n\r\nText.\r\n";
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Members_get_the_changed_header_and_whom_the_sender_names_the_message_as_it_is()
    {
        await using TransferRoom room = await OpenAsync(("uniqueMember", UserDn("alice", "bcd.com")), ("mgrpRFC822MailMember", "carol@cde.com"), ("mgrpRFC822MailMember", "x@far.test"));
        await SendAsync(room, "crew@bcd.com", "bob@cde.com", "y@far.test");
        Assert.Equal(("R", Changed), Taken(Assert.Single(await room.InboxAsync("alice", "bcd.com"))));
        Assert.Equal(("R", Changed), Taken(Assert.Single(await room.InboxAsync("carol", "cde.com"))));
        Assert.Equal(("R", Original), Taken(Assert.Single(await room.InboxAsync("bob", "cde.com"))));
        Assert.Equal([("D", "x@far.test", Changed), ("", "y@far.test", Original)], await QueuedAsync(room));
        Assert.Equal(1, (await room.Store.StatisticsAsync(None)).Contents);
    }

    /// <summary>What was decided when it was taken stays, through a restart and another try, whatever the group says by then.</summary>
    [Fact]
    public async Task A_row_that_waits_keeps_what_the_group_said_when_it_was_taken()
    {
        await using TransferRoom room = await OpenAsync(("mgrpRFC822MailMember", "x@far.test"), ("uniqueMember", UserDn("alice", "bcd.com")));
        room.Directory.Set(UserDn("alice", "bcd.com"), "mailUserStatus", "inactive");
        await SendAsync(room, "crew@bcd.com");
        room.Directory.Set(Crew, "mgrpAddHeader", "X-Crew: other");
        await room.RestartAsync();
        room.StartScheduler();
        room.Out.Answer(new Outcome.Deferred(new(4, 4, 1), "no answer"));
        await room.Out.AttemptAsync();
        await room.TrailAsync("attempted");
        room.Out.Answer(new Outcome.Delivered("mx", "250"));
        room.Directory.Set(UserDn("alice", "bcd.com"), "mailUserStatus", "active");
        room.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(("D", Changed), Taken(await room.TextAsync(await room.Out.AttemptAsync())));
        await UntilEmptyAsync(room);
        Assert.Equal(("R", Changed), Taken(Assert.Single(await room.InboxAsync("alice", "bcd.com"))));
    }

    [Theory]
    [InlineData("crew@bcd.com", "alice@bcd.com")]
    [InlineData("alice@bcd.com", "crew@bcd.com")]
    public async Task A_member_whom_the_sender_names_too_gets_one_message_as_it_was_sent(params string[] recipients)
    {
        await using TransferRoom room = await OpenAsync(("uniqueMember", UserDn("alice", "bcd.com")), ("mgrpRFC822MailMember", "carol@cde.com"));
        await SendAsync(room, recipients);
        Assert.Equal(("R", Original), Taken(Assert.Single(await room.InboxAsync("alice", "bcd.com"))));
        Assert.Equal(("R", Changed), Taken(Assert.Single(await room.InboxAsync("carol", "cde.com"))));
    }

    [Fact]
    public async Task A_group_in_a_group_changes_what_came_from_the_outer_one_for_its_own_members()
    {
        await using TransferRoom room = await OpenAsync(("uniqueMember", UserDn("alice", "bcd.com")), ("mgrpRFC822MailMember", "deck@bcd.com"));
        room.Directory.AddGroup("deck", "bcd.com", ("uniqueMember", UserDn("bob", "bcd.com")), ("uniqueMember", UserDn("alice", "bcd.com")), ("mgrpAddHeader", "Reply-To: deck@bcd.com"), ("mgrpRemoveHeader", "subject"));
        room.Directory.Set(UserDn("bob", "bcd.com"), "mailDeliveryOption", "mailbox");
        await SendAsync(room, "crew@bcd.com");
        Assert.Equal(("R", Changed), Taken(Assert.Single(await room.InboxAsync("alice", "bcd.com"))));
        Assert.Equal(("R", "X-Crew: yes\r\nReply-To: deck@bcd.com\r\nFrom: bob@bcd.com\r\n\r\nText.\r\n"), Taken(Assert.Single(await room.InboxAsync("bob", "bcd.com"))));
        Assert.Equal(1, (await room.Store.StatisticsAsync(None)).Contents);
    }

    [Fact]
    public async Task A_member_who_forwards_passes_on_what_he_got()
    {
        await using TransferRoom room = await OpenAsync(("uniqueMember", UserDn("alice", "bcd.com")));
        room.Directory.Set(UserDn("alice", "bcd.com"), "mailDeliveryOption", "mailbox", "forward");
        room.Directory.Set(UserDn("alice", "bcd.com"), "mailForwardingAddress", "alice@far.test");
        await SendAsync(room, "crew@bcd.com");
        Assert.Equal(("R", Changed), Taken(Assert.Single(await room.InboxAsync("alice", "bcd.com"))));
        Assert.Equal([("D", "alice@far.test", Changed)], await QueuedAsync(room));
    }

    [Theory]
    [InlineData("members")]
    [InlineData("shared")]
    public async Task A_group_that_was_on_hold_changes_it_when_it_is_released(string delivery)
    {
        await using TransferRoom room = await OpenAsync(("uniqueMember", UserDn("alice", "bcd.com")), ("mailDeliveryOption", delivery), ("inetMailGroupStatus", "hold"));
        await SendAsync(room, "crew@bcd.com");
        Assert.Equal(ChannelNames.Hold, Assert.Single(await room.QueueAsync()).Message.Channel);
        room.StartScheduler();
        room.Directory.Set(Crew, "inetMailGroupStatus", "active");
        await UntilEmptyAsync(room);
        string text = delivery == "shared" ? await SharedAsync(room) : Assert.Single(await room.InboxAsync("alice", "bcd.com"));
        // it was taken twice: below both lines of the trace
        Assert.Contains(" +0000\r\nReply-To: crew@bcd.com\r\nX-Crew: yes\r\nDate: ", text, StringComparison.Ordinal);
        Assert.EndsWith("\r\nFrom: bob@bcd.com\r\nSubject: test\r\n\r\nText.\r\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("X-Priority", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_group_that_is_looked_up_later_changes_it_then()
    {
        await using TransferRoom room = await OpenAsync(("mgrpRFC822MailMember", "deck@bcd.com"));
        room.Directory.AddGroup("deck", "bcd.com", ("uniqueMember", UserDn("alice", "bcd.com")), ("mgrpAddHeader", "X-Deck: yes"), ("mailDeferProcessing", "Yes"));
        await SendAsync(room, "crew@bcd.com");
        Assert.Equal(ChannelNames.Reprocess, Assert.Single(await room.QueueAsync()).Message.Channel);
        room.StartScheduler();
        await UntilEmptyAsync(room);
        string text = Assert.Single(await room.InboxAsync("alice", "bcd.com"));
        Assert.Contains("\r\nX-Deck: yes\r\n", text, StringComparison.Ordinal);
        Assert.EndsWith(Changed, text, StringComparison.Ordinal);
    }

    /// <summary>Its members read it in the group's folder.</summary>
    [Fact]
    public async Task A_folder_of_the_group_holds_what_members_get()
    {
        await using TransferRoom room = await OpenAsync(("uniqueMember", UserDn("alice", "bcd.com")), ("mailDeliveryOption", "shared"));
        await SendAsync(room, "crew@bcd.com");
        Assert.Equal(("R", Changed), Taken(await SharedAsync(room)));
    }

    /// <summary>What filters and checks put before it can be taken out like the rest, but for the mark of what is unwanted.</summary>
    [Fact]
    public async Task What_filters_put_before_it_may_go_and_the_mark_stays()
    {
        await using TransferRoom room = await OpenAsync(("uniqueMember", UserDn("alice", "bcd.com")), ("mgrpRemoveHeader", "X-Spam-Score"), ("mgrpRemoveHeader", "X-DirMail-Junk"));
        await SendWithAsync(room, JunkMark.Line("filter") + "X-Spam-Score: 9\r\n", "crew@bcd.com");
        string text = Assert.Single(await room.InboxAsync("alice", "bcd.com", "Junk"));
        Assert.Equal("X-DirMail-Junk: filter", text.Split("\r\n")[1]);
        Assert.DoesNotContain("X-Spam-Score", text, StringComparison.Ordinal);
    }

    /// <summary>A script that files the mail of a list by the list's own field finds it; the group's own script looks at what came.</summary>
    [Theory]
    [InlineData("active")]
    [InlineData("hold")]
    public async Task Scripts_of_members_see_the_changed_header(string status)
    {
        const string Script = "require \"fileinto\"; if header \"x-crew\" \"yes\" { fileinto \"Crew\"; }";
        await using TransferRoom room = await OpenAsync(("uniqueMember", UserDn("alice", "bcd.com")), ("inetMailGroupStatus", status), ("mailSieveRuleSource", "if not header \"X-Priority\" \"1\" { discard; }"));
        room.Directory.Set(UserDn("alice", "bcd.com"), "mailSieveRuleSource", Script);
        room.StartScheduler();
        await SendAsync(room, "crew@bcd.com");
        room.Directory.Set(Crew, "inetMailGroupStatus", "active");
        await UntilEmptyAsync(room);
        Assert.Contains("X-Crew: yes\r\n", Assert.Single(await room.InboxAsync("alice", "bcd.com", "Crew")), StringComparison.Ordinal);
        Assert.Empty(await room.InboxAsync("alice", "bcd.com"));
        await SendAsync(room, "alice@bcd.com");
        Assert.Equal(("R", Original), Taken(Assert.Single(await room.InboxAsync("alice", "bcd.com"))));
    }

    private static async Task<TransferRoom> OpenAsync(params (string, string)[] values)
    {
        TransferRoom room = await TransferRoom.OpenAsync();
        room.Directory.AddGroup("crew", "bcd.com", [("mgrpAddHeader", "Reply-To: crew@bcd.com"), ("mgrpAddHeader", "X-Crew: yes"), ("mgrpRemoveHeader", "x-priority"), .. values]);
        return room;
    }

    private static Task SendAsync(TransferRoom room, params string[] to) => SendWithAsync(room, "", to);

    private static async Task SendWithAsync(TransferRoom room, string fields, params string[] to) => Assert.IsType<AcceptResult.Accepted>(
        await room.AcceptAsync("bob@bcd.com", to, room.By("bob", "bcd.com"), fields: fields, header: "Reply-To: bob@bcd.com\r\nX-Priority: 1\r\n"));

    /// <summary>What stands before the message (R: Return-Path, D: Delivered-To) and the rest of it, from behind what we added of our own.</summary>
    private static (string First, string Message) Taken(string text)
    {
        string rest = text[(text.IndexOf(" +0000\r\n", StringComparison.Ordinal) + 8)..];
        while (rest.StartsWith("Date: ", StringComparison.Ordinal) || rest.StartsWith("Message-ID: ", StringComparison.Ordinal))
            rest = rest[(rest.IndexOf("\r\n", StringComparison.Ordinal) + 2)..];
        return (text.StartsWith("Return-Path: ", StringComparison.Ordinal) ? "R" : text.StartsWith("Delivered-To: crew@bcd.com\r\n", StringComparison.Ordinal) ? "D" : "", rest);
    }

    private static async Task<IEnumerable<(string, string, string)>> QueuedAsync(TransferRoom room)
    {
        var queued = new List<(string First, string To, string Message)>();
        foreach (QueueRow row in await room.QueueAsync())
            foreach (QueueRecipientRow recipient in row.Recipients)
                queued.Add((Taken(await room.TextAsync(row)).First, recipient.Recipient.Final.ToString(), Taken(await room.TextAsync(row)).Message));
        return queued.OrderBy(static row => row.To, StringComparer.Ordinal);
    }

    private static async Task<string> SharedAsync(TransferRoom room)
    {
        Mailbox inbox = (await room.Store.Mailboxes.FindAsync(IdOf(Crew), "INBOX", None))!;
        MailboxEntry entry = Assert.Single((await room.Store.Mailboxes.OpenAsync(inbox.Id, None))!.Entries);
        MessageContent content = await room.Store.Mailboxes.ReadAsync(entry.Rendition, None);
        var octets = new byte[content.Octets];
        await content.ReadAsync(0, octets, None);
        return System.Text.Encoding.ASCII.GetString(octets);
    }

    private static async Task UntilEmptyAsync(TransferRoom room)
    {
        using var limit = new CancellationTokenSource(TransferRoom.Soon);
        while ((await room.QueueAsync()).Count > 0)
            await Task.Delay(5, limit.Token);
    }
}
