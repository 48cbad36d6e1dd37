using DirMail.Mail;
using DirMail.Mail.Mime;
using DirMail.Store;
using DirMail.Store.Sqlite;
using DirMail.Transfer;
using DirMail.Unit.Routing;

namespace DirMail.Unit.Transfer;

/// <summary>The first message of a new account: once, in the commit that makes the account, by whichever way it is made.</summary>
public sealed class WelcomeTests
{
    private const string Bcd = "o=bcd.com,o=hosting";
    private const string Attribute = "mailDomainWelcomeMessage";
    private static readonly string Alice = ExampleDirectory.UserDn("alice", "bcd.com");
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task It_lies_before_the_first_mail()
    {
        await using TransferRoom room = await OpenAsync("From: \"The \\5c\\5c office\" <office@bcd.com>$Subject: Welcome, [ID]!$$Dear [ID],$$it costs \\240.$[URL]");
        await using var accounts = new Adoption(room.Services);
        for (int i = 0; i < 2; i++)
            Assert.IsType<AcceptResult.Accepted>(await room.AcceptAsync("x@xyz.test", ["alice@bcd.com"]));
        string[] inbox = await room.InboxAsync("alice", "bcd.com");
        Assert.Equal(3, inbox.Length);
        string[] lines = inbox[0].Split("\r\n");
        Assert.Equal("Return-Path: <>", lines[0]);
        Assert.Equal(["From: \"The \\\\ office\" <office@bcd.com>", "To: <alice@bcd.com>", "Subject: Welcome, alice@bcd.com!"], lines[1..4]);
        Assert.StartsWith("Date: ", lines[4], StringComparison.Ordinal);
        Assert.Matches("^Message-ID: <.+@mail.bcd.com>$", lines[5]);
        Assert.Equal(["Auto-Submitted: auto-generated", "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 7bit", "", "Dear alice@bcd.com,", "", "it costs $0.", "", ""], lines[6..]);
        Assert.Contains("Subject: test", inbox[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_two_first_logins_at_once_one_makes_it()
    {
        await using TransferRoom room = await OpenAsync("Subject: Hello$$x");
        await using var accounts = new Adoption(room.Services);
        EntryId alice = ExampleDirectory.IdOf(Alice);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => room.Store.Mailboxes.FindAsync(alice, "INBOX", None)));
        Assert.Contains("From: <postmaster@bcd.com>", Assert.Single(await room.InboxAsync("alice", "bcd.com")), StringComparison.Ordinal);
        room.Directory.Set(Bcd, Attribute, "Subject: Another$$x");
        Assert.Single(await room.InboxAsync("alice", "bcd.com"));
        Assert.Single(await room.InboxAsync("bob", "bcd.com"));
    }

    [Fact]
    public async Task It_comes_with_the_account_or_neither_does()
    {
        await using TransferRoom room = await OpenAsync("Subject: Hello$$x");
        await using (new Adoption(room.Services))
        {
            using Connection beside = Connection.Open(room.StoreFile, 64);
            beside.Execute("CREATE TRIGGER broken BEFORE INSERT ON entry BEGIN SELECT RAISE(ABORT, 'not now'); END");
            await Assert.ThrowsAnyAsync<Exception>(() => room.Store.Mailboxes.FindAsync(ExampleDirectory.IdOf(Alice), "INBOX", None));
            beside.Execute("DROP TRIGGER broken");
            Assert.Null(await room.Store.Accounts.FindAsync(ExampleDirectory.IdOf(Alice), None));
            Assert.Single(await room.InboxAsync("alice", "bcd.com"));
        }
        await room.RestartAsync();
        await using var after = new Adoption(room.Services);
        Assert.Single(await room.InboxAsync("alice", "bcd.com"));
    }

    [Fact]
    public async Task It_takes_its_part_of_the_quota_and_is_left_out_where_it_does_not_fit()
    {
        await using TransferRoom room = await OpenAsync("Subject: Hello$$x");
        await using var accounts = new Adoption(room.Services);
        room.Directory.Set(Alice, "mailMsgQuota", "1");
        Assert.IsType<AcceptResult.Refused>(await room.AcceptAsync("x@xyz.test", ["alice@bcd.com"]));
        Assert.Single(await room.InboxAsync("alice", "bcd.com"));

        room.Directory.Set(ExampleDirectory.UserDn("bob", "bcd.com"), "mailMsgQuota", "0");
        Assert.Empty(await room.InboxAsync("bob", "bcd.com"));
        room.Directory.Set(ExampleDirectory.UserDn("bob", "bcd.com"), "mailMsgQuota");
        Assert.Empty(await room.InboxAsync("bob", "bcd.com"));

        StoredAccount account = (await room.Store.Accounts.FindAsync(ExampleDirectory.IdOf(Alice), None))!;
        Assert.Equal((1L, true), (account.Messages, account.Octets > 0));
    }

    [Theory]
    [InlineData("Subject: Grüße an alle, die hier zum ersten Mal sind, und ein sehr langer Satz dazu$$Schön, dass Sie da sind.", "Grüße an alle, die hier zum ersten Mal sind, und ein sehr langer Satz dazu")]
    [InlineData("Subject: a =?utf-8?Q?x=0D=0ABcc:_y?= b$$x", "a x  Bcc: y b")]
    [InlineData("From: =?utf-8?Q?=C3=A9=22=0D=0ABcc:_z?= <office@bcd.com>$Subject: \tb\u0000\u000bc$$x", "bc")]
    public async Task Nothing_of_the_text_becomes_a_field(string value, string subject)
    {
        await using TransferRoom room = await OpenAsync(value);
        await using var accounts = new Adoption(room.Services);
        string message = Assert.Single(await room.InboxAsync("alice", "bcd.com"));
        HeaderBlock header = HeaderBlock.Parse(System.Text.Encoding.UTF8.GetBytes(message));
        Assert.Equal(["Return-Path", "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"], header.Fields.Select(static field => field.Name));
        Assert.Equal(subject, EncodedWords.Decode(header.First("Subject")!));
        Assert.All(message.Split("\r\n"), static line => Assert.True(line.Length <= 78 && System.Text.Ascii.IsValid(line), line));
        Assert.EndsWith("@bcd.com", Assert.Single(AddressList.Parse(header.First("From"))) is var from ? $"{from.Mailbox}@{from.Host}" : "", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("o=bcd.com,o=hosting", "mailRoutingHosts", "old.test")]
    [InlineData("uid=alice,ou=People,o=bcd.com,o=hosting", "mailHost", "store2.test")]
    public async Task Whose_mail_is_kept_elsewhere_is_not_welcomed_here(string dn, string attribute, string value)
    {
        await using TransferRoom room = await OpenAsync("Subject: Hello$$x", ExampleDirectory.Load(ExampleDirectory.Settings with { RelayHosts = ["store2.test"] }));
        await using var accounts = new Adoption(room.Services);
        room.Directory.Set(dn, attribute, value);
        Assert.Empty(await room.InboxAsync("alice", "bcd.com"));
        Assert.Empty(await room.InboxAsync("carol", "cde.com"));
    }

    [Fact]
    public async Task A_mailbox_that_was_given_over_is_not_new()
    {
        await using TransferRoom room = await OpenAsync("Subject: Hello$$x");
        await using var accounts = new Adoption(room.Services);
        await room.AcceptAsync("x@xyz.test", ["alice@bcd.com"]);
        EntryId heir = room.Directory.Replace(Alice);
        Assert.Equal(AdoptionResult.Done, await accounts.AdoptAsync(heir, fresh: false, None));
        Mailbox inbox = (await room.Store.Mailboxes.FindAsync(heir, "INBOX", None))!;
        Assert.Equal(2, (await room.Store.Mailboxes.OpenAsync(inbox.Id, None))!.Entries.Count);
    }

    private static async Task<TransferRoom> OpenAsync(string value, ExampleDirectory? directory = null)
    {
        TransferRoom room = await TransferRoom.OpenAsync(directory);
        room.Directory.Set(Bcd, Attribute, value);
        return room;
    }
}
