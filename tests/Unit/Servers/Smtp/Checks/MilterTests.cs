using System.Net;
using DirMail.Mail;
using DirMail.Servers.Smtp;
using DirMail.Servers.Smtp.Checks;
using DirMail.Store;
using DirMail.Unit.Store;
using Microsoft.Extensions.Logging.Abstractions;

namespace DirMail.Unit.Servers.Smtp.Checks;

/// <summary>The milter protocol against a milter that says what a test wants.</summary>
public sealed class MilterTests : IAsyncDisposable
{
    private static readonly FilteredClient Client = new(new(IPAddress.Parse("192.0.2.1"), 0x19e9), "mx.remote.test", "helo.test", "mail.bcd.com") { Local = new(IPAddress.Parse("127.0.70.1"), 25) };

    private static readonly AcceptanceId Id = AcceptanceId.Next(TimeProvider.System);

    private readonly FakeMilter _fake = new();

    public ValueTask DisposeAsync() => _fake.DisposeAsync();

    [Fact]
    public async Task It_hears_the_whole_dialogue()
    {
        _fake.Answers = static line => line[0] == 'E' ? ["h" + "X-One\0 yes\n\tfolded\0", "i\0\0\0\0X-Two\0two\0", "c"] : ["c"];
        FilterVerdict verdict = (await AskAsync()).Message!;
        Assert.Equal(
        [
            "C|mx.remote.test|4\x19\xe9" + "192.0.2.1|", "H|helo.test|", "M|<ann@remote.test>|", "R|<alice@bcd.com>|", "R|<bob@bcd.com>|", "T|", "L|Subject|one\n\ttwo|", "L|X|y|", "N|", "B|Hello\r\n", "E|", "Q|",
        ], await _fake.HeardAsync());
        Assert.Equal("X-Two: two\r\nX-One: yes\r\n\tfolded\r\n", verdict.Fields);
        Assert.Null(verdict.Refusal);
    }

    [Fact]
    public async Task Parameters_come_with_the_addresses_as_they_were_given()
    {
        string[] words = ["SIZE=12345", "body=8BITMIME", "RET=HDRS", "ENVID=x+3Dy"];
        var transaction = new SmtpTransaction(Address("ann@remote.test"), MailParameters.Read(words, static _ => true, DateTimeOffset.UnixEpoch, out Reply? fault), Id);
        Assert.Null(fault);
        await using (Filters filters = Filters())
        {
            await filters.RecipientAsync(Client, transaction, new(Address("alice@bcd.com"), ["NOTIFY=SUCCESS,DELAY", "ORCPT=rfc822;a@b.test"]));
            await filters.RecipientAsync(Client, transaction, new(Address("bob@bcd.com"), []));
        }
        Assert.Equal(["M|<ann@remote.test>|SIZE=12345|body=8BITMIME|RET=HDRS|ENVID=x+3Dy|", "R|<alice@bcd.com>|NOTIFY=SUCCESS,DELAY|ORCPT=rfc822;a@b.test|", "R|<bob@bcd.com>|"], (await _fake.HeardAsync())[2..5]);
    }

    [Fact]
    public async Task It_is_told_what_is_known_at_each_stage()
    {
        await using (Filters filters = Filters())
            await AskAsync(filters, Client with { TlsVersion = "TLSv1.3", TlsCipher = "TLS_AES_128_GCM_SHA256" });
        Assert.Equal(
        [
            "D|Cj|mail.bcd.com|_|mx.remote.test [192.0.2.1]|v|DirMail|{daemon_name}|mail.bcd.com|{daemon_addr}|127.0.70.1|{daemon_port}|25|{if_name}|mail.bcd.com|{if_addr}|127.0.70.1|{client_name}|mx.remote.test|{client_addr}|192.0.2.1|{client_port}|6633|",
            "D|H{tls_version}|TLSv1.3|{cipher}|TLS_AES_128_GCM_SHA256|{cipher_bits}|128|",
            $"D|Mi|{Id}|{{mail_addr}}|ann@remote.test|{{mail_host}}|remote.test|{{mail_mailer}}|smtp|",
            $"D|Ri|{Id}|{{rcpt_addr}}|alice@bcd.com|{{rcpt_host}}|bcd.com|{{rcpt_mailer}}|local|",
            $"D|Ri|{Id}|{{rcpt_addr}}|bob@bcd.com|{{rcpt_host}}|bcd.com|{{rcpt_mailer}}|local|",
            $"D|Ti|{Id}|", $"D|Ni|{Id}|", $"D|Ei|{Id}|",
        ], await _fake.MacrosAsync());
    }

    /// <summary>Without TLS, a name in DNS or a sender there is nothing of them; what it does not want to hear comes without macros.</summary>
    [Fact]
    public async Task It_is_not_told_what_is_not_known()
    {
        _fake.Steps = 0x08 | 0x200;
        await using (Filters filters = Filters())
        {
            await filters.RecipientAsync(Client with { Endpoint = new(IPAddress.Parse("2001:db8::1"), 7), Name = "" }, new(null, MailParameters.None, Id), new(Address("alice@bcd.com"), []));
        }
        string[] macros = await _fake.MacrosAsync();
        Assert.Equal(["C", "M"], macros.Select(static line => line[2..3]));
        Assert.Contains("|_|[2001:db8::1]|", macros[0], StringComparison.Ordinal);
        Assert.Equal($"D|Mi|{Id}|{{mail_addr}}||", macros[1]);
    }

    /// <summary>Who began in plain text and goes on under TLS says the same name again.</summary>
    [Fact]
    public async Task It_hears_of_TLS_that_begins_later()
    {
        await using (Filters filters = Filters())
        {
            await AskAsync(filters, Client);
            await AskAsync(filters, Client with { TlsVersion = "TLSv1.2", TlsCipher = "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384" });
        }
        Assert.Equal("CHMRRTLLNBE" + "HMRRTLLNBE" + "Q", await _fake.StagesAsync());
        Assert.Equal("D|H{tls_version}|TLSv1.2|{cipher}|TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384|{cipher_bits}|256|", Assert.Single(await _fake.MacrosAsync(), static line => line[2] == 'H'));
    }

    [Fact]
    public async Task It_hears_no_more_than_it_wants_and_is_not_waited_for()
    {
        // no connect, no body, no answers to headers and recipients
        _fake.Steps = 0x01 | 0x10 | 0x80 | 0x8000;
        _fake.Answers = static line => line[0] is 'L' or 'R' ? [] : ["c"];
        Assert.Null((await AskAsync()).Message!.Refusal);
        Assert.Equal("HMRRTLLNEQ", await _fake.StagesAsync());
    }

    /// <summary>What it says of client, name or sender is the answer to every recipient, and of them it hears nothing.</summary>
    [Theory]
    [InlineData('C', "t", "451 4.7.1 not now, try again later", "CQ")]
    [InlineData('H', "r", "550 5.7.1 refused by a content filter", "CHQ")]
    [InlineData('M', "r", "550 5.7.1 refused by a content filter", "CHMQ")]
    [InlineData('M', "y553 5.1.8 no such sender\0", "553 5.1.8 no such sender", "CHMQ")]
    public async Task Its_refusal_before_the_recipients_is_the_answer_to_each(char at, string answer, string reply, string stages)
    {
        _fake.Answers = line => line[0] == at ? [answer] : ["c"];
        Asked asked = await AskAsync();
        Assert.Equal([reply, reply], asked.Recipients);
        Assert.Equal(stages, await _fake.StagesAsync());
    }

    [Theory]
    [InlineData("r", "550 5.7.1 refused by a content filter")]
    [InlineData("t", "451 4.7.1 not now, try again later")]
    [InlineData("y550 5.1.1 not\r\n250 him\0", "550 5.1.1 not  250 him")]
    public async Task Its_refusal_of_a_recipient_is_for_him_alone(string answer, string reply)
    {
        _fake.Answers = line => line.StartsWith("R|<alice", StringComparison.Ordinal) ? [answer] : ["c"];
        Asked asked = await AskAsync();
        Assert.Equal([reply, "taken"], asked.Recipients);
        Assert.Null(asked.Message!.Refusal);
        Assert.Equal("CHMRRTLLNBEQ", await _fake.StagesAsync());
    }

    [Theory]
    [InlineData('E', "y554 5.7.1 go away\0", "554 5.7.1 go away")]
    [InlineData('E', "y550 no status\0", "550 5.7.1 no status")]
    [InlineData('B', "y421 4.3.2 later\r\n250 ok\0", "421 4.3.2 later  250 ok")]
    [InlineData('L', "r", "550 5.7.1 refused by a content filter")]
    [InlineData('E', "y250 2.0.0 fine\0", "451 4.7.1 not now, try again later")]
    public async Task Its_refusal_of_the_message_is_ours(char at, string answer, string reply)
    {
        _fake.Answers = line => line[0] == at ? [answer] : ["c"];
        Assert.Equal(reply, (await AskAsync()).Message!.Refusal!.ToString());
    }

    [Fact]
    public async Task Its_changes_are_taken()
    {
        _fake.Actions = 0x3D;
        _fake.Answers = static line => line[0] == 'E' ? ["m\0\0\0\u0001Subject\0new\0", "m\0\0\0\u0002X\0\0", "+<carol@bcd.com>\0", "-<bob@bcd.com>\0", "qsuspicious\0", "p", "c"] : ["c"];
        FilterVerdict verdict = (await AskAsync()).Message!;
        Assert.Equal([new FieldChange("Subject", 1, "new"), new FieldChange("X", 2, "")], verdict.Changes);
        Assert.Equal(["carol@bcd.com"], verdict.Added.Select(static a => a.ToString()));
        Assert.Equal(["bob@bcd.com"], verdict.Removed.Select(static a => a.ToString()));
        Assert.True(verdict.IsSuspicious);
    }

    [Theory]
    [InlineData('M', "d", true, "CHMQ")]
    [InlineData('R', "d", true, "CHMRQ")]
    [InlineData('E', "d", true, "CHMRRTLLNBEQ")]
    [InlineData('C', "a", false, "CQ")]
    [InlineData('M', "a", false, "CHMQ")]
    [InlineData('R', "a", false, "CHMRQ")]
    public async Task Once_it_has_decided_it_hears_no_more(char at, string answer, bool isDiscarded, string stages)
    {
        _fake.Answers = line => line[0] == at ? [answer] : ["c"];
        Asked asked = await AskAsync();
        Assert.Equal(["taken", "taken"], asked.Recipients);
        Assert.Equal((null, isDiscarded), (asked.Message!.Refusal, asked.Message.IsDiscarded));
        Assert.Equal(stages, await _fake.StagesAsync());
    }

    /// <summary>The next message of the session goes on with the same connection; one that was left is taken back first.</summary>
    [Fact]
    public async Task Its_connection_is_kept_for_the_session()
    {
        await using Filters filters = Filters();
        await AskAsync(filters, Client);
        await filters.RecipientAsync(Client, Transaction(), new(Address("alice@bcd.com"), []));
        await AskAsync(filters, Client);
        await AskAsync(filters, Client with { Helo = "other.test" });
        await filters.DisposeAsync();
        Assert.Equal("CHMRRTLLNBE" + "MR" + "AMRRTLLNBE" + "HMRRTLLNBE" + "Q", await _fake.StagesAsync());
        Assert.Equal(1, _fake.Connections);
    }

    [Fact]
    public async Task One_that_left_between_two_messages_is_asked_anew()
    {
        await using Filters filters = Filters();
        await AskAsync(filters, Client);
        await _fake.LeaveAsync();
        _fake.Answers = static line => line[0] == 'E' ? ["r"] : ["c"];
        Assert.Equal("550 5.7.1 refused by a content filter", (await AskAsync(filters, Client)).Message!.Refusal!.ToString());
        Assert.Equal(2, _fake.Connections);
    }

    [Fact]
    public async Task What_it_says_of_the_client_holds_for_all_that_he_sends()
    {
        await using Filters filters = Filters();
        _fake.Answers = static _ => ["r"];
        for (int i = 0; i < 3; i++)
            Assert.Equal("550 5.7.1 refused by a content filter", (await filters.RecipientAsync(Client, Transaction(), new(Address("alice@bcd.com"), [])))!.ToString());
        Assert.Equal("CQ", await _fake.StagesAsync());
        Assert.Equal(1, _fake.Connections);
    }

    /// <summary>The setting says what a failure counts as; for that message it is one, and the next one is asked about again.</summary>
    [Theory]
    [InlineData(0x40u, 0u, 'E', "c", 0)]
    [InlineData(0u, 0x800u, 'E', "c", 0)]
    [InlineData(0u, 0u, 'C', "z", 0)]
    [InlineData(0u, 0u, 'M', "h", 0)]
    [InlineData(0u, 0u, 'R', "z", 0)]
    [InlineData(0u, 0u, 'E', "z", 2)]
    public async Task What_is_not_the_protocol_is_a_failure(uint actions, uint steps, char at, string answer, int taken)
    {
        (_fake.Actions, _fake.Steps, _fake.Answers) = (actions, steps, line => line[0] == at ? [answer] : ["c"]);
        Assert.Equal(["taken", "taken"], (await AskAsync()).Recipients);
        await using Filters closed = Filters(failClosed: true);
        Asked asked = await AskAsync(closed, Client);
        Assert.Equal(taken, asked.Recipients.Count(static reply => reply == "taken"));
        Assert.Equal("451 4.7.1 not now, try again later", asked.Message?.Refusal?.ToString() ?? asked.Recipients[0]);
        (_fake.Actions, _fake.Steps, _fake.Answers) = (0, 0, static _ => ["c"]);
        Assert.Null((await AskAsync(closed, Client)).Message!.Refusal);
    }

    [Fact]
    public async Task Of_several_the_first_that_refuses_is_the_last_that_is_asked()
    {
        await using var second = new FakeMilter();
        _fake.Answers = static line => line.StartsWith("R|<alice", StringComparison.Ordinal) || line[0] == 'E' ? ["r"] : ["c"];
        await using (var filters = new Filters(new() { Milters = [_fake.Endpoint, second.Endpoint] }, NullLogger.Instance))
        {
            Asked asked = await AskAsync(filters, Client);
            Assert.Equal(["550 5.7.1 refused by a content filter", "taken"], asked.Recipients);
            Assert.NotNull(asked.Message!.Refusal);
        }
        Assert.Equal(["C", "H", "M", "R|<bob@bcd.com>|", "Q"], (await second.HeardAsync()).Select(static line => line[0] == 'R' ? line : line[..1]));
    }

    private sealed record Asked(string[] Recipients, FilterVerdict? Message);

    private async Task<Asked> AskAsync()
    {
        await using Filters filters = Filters();
        return await AskAsync(filters, Client);
    }

    /// <summary>A message to two; at the dot when one of them was taken.</summary>
    private static async Task<Asked> AskAsync(Filters filters, FilteredClient client)
    {
        await using TestStore store = await TestStore.OpenAsync();
        await using Content content = await store.ContentAsync("Subject: one\r\n\ttwo\r\nX:y\r\n\r\nHello\r\n");
        SmtpTransaction transaction = Transaction();
        MailAddress[] recipients = [Address("alice@bcd.com"), Address("bob@bcd.com")];
        List<string> replies = [];
        foreach (MailAddress recipient in recipients)
            replies.Add((await filters.RecipientAsync(client, transaction, new(recipient, [])))?.ToString() ?? "taken");
        return new([.. replies], replies.Contains("taken") ? await filters.MessageAsync(client, transaction, new(content, transaction.Sender, recipients), Check.Milter) : null);
    }

    private Filters Filters(bool failClosed = false) => new(new() { Milters = [_fake.Endpoint], HooksFailClosed = failClosed, HookTimeout = TimeSpan.FromSeconds(20) }, NullLogger.Instance);

    private static SmtpTransaction Transaction() => new(Address("ann@remote.test"), MailParameters.None, Id);

    private static MailAddress Address(string text) => MailAddress.Parse(text);
}
