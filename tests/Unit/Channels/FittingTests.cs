using System.Security.Cryptography;
using DirMail.Channels.Smtp;
using DirMail.Mail;
using DirMail.Transfer;
using DirMail.Unit.Store;

namespace DirMail.Unit.Channels;

/// <summary>What the next server does not take as it is: encoded for it, or returned (RFC 6152, RFC 3030, RFC 6531).</summary>
public sealed class FittingTests : IAsyncLifetime
{
    private const string Text = "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\ngrün\r\n";

    private TestStore _store = null!;

    public async Task InitializeAsync() => _store = await TestStore.OpenAsync();

    public async Task DisposeAsync() => await _store.DisposeAsync();

    [Fact]
    public async Task Eight_bits_are_encoded_for_a_server_of_seven_and_said_to_be_seven()
    {
        await using var server = new ScriptedServer { Offers = ["SIZE"] };
        await using SmtpChannel channel = Channel(server);
        Delivery mail = Mail(Text, BodyType.EightBitMime);
        Assert.Equal("delivered", Assert.Single(await channel.RunAsync(mail)).Short());
        string sent = Text.Replace("8bit", "quoted-printable", StringComparison.Ordinal).Replace("grün\r\n", "gr=C3=BCn\r\n\r\n", StringComparison.Ordinal);
        Assert.Equal(sent, Assert.Single(server.Contents));
        Assert.Contains($"MAIL FROM:<ann@abc.com> SIZE={sent.Length}", server.Heard);
    }

    /// <summary>One server of the domain takes eight bits, the other does not: each gets what it takes.</summary>
    [Fact]
    public async Task Each_server_gets_what_it_takes()
    {
        await using var first = new ScriptedServer { Offers = [], Answers = { ["."] = "451 4.3.0 later", ["DATA"] = "451 4.3.0 later" } };
        await using var second = new ScriptedServer("127.0.0.2", first.Endpoint.Port);
        await using SmtpChannel channel = Outgoing.Channel(FixedDns.For(Outgoing.Domain, "127.0.0.1", "127.0.0.2"), first.Endpoint.Port, store: _store.Store);
        Assert.Equal("delivered", Assert.Single(await channel.RunAsync(Mail(Text, BodyType.EightBitMime))).Short());
        Assert.Equal(Text, Assert.Single(second.Contents));
        Assert.Contains($"MAIL FROM:<ann@abc.com> SIZE={System.Text.Encoding.UTF8.GetByteCount(Text)} BODY=8BITMIME", second.Heard);
    }

    [Theory]
    [InlineData("8BITMIME", "MAIL FROM:<ann@abc.com> BODY=8BITMIME", "zwölf", "AAECDQo=")]
    [InlineData("X", "MAIL FROM:<ann@abc.com>", "zw=C3=B6lf", "AAECDQo=")]
    public async Task Binary_goes_as_base64_where_it_cannot_go_as_it_is(string offer, string mail, string text, string binary)
    {
        const string Message = "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\nContent-Transfer-Encoding: binary\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nzwölf\r\n"
            + "--b\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary\r\n\r\n\0\u0001\u0002\r\n\r\n--b--\r\n";
        await using var server = new ScriptedServer { Offers = [offer] };
        await using SmtpChannel channel = Channel(server);
        Assert.Equal("delivered", Assert.Single(await channel.RunAsync(Mail(Message, BodyType.BinaryMime))).Short());
        Assert.Contains(mail, server.Heard);
        Assert.Contains($"\r\n{text}\r\n--b\r\n", Assert.Single(server.Contents), StringComparison.Ordinal);
        Assert.Contains($"Content-Transfer-Encoding: base64\r\n\r\n{binary}\r\n--b--", Assert.Single(server.Contents), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Content-Type: multipart/signed; boundary=b\r\n\r\n--b\r\n\r\nü\r\n--b--\r\n", BodyType.EightBitMime, "8-bit")]
    [InlineData("Content-Type: message/partial; id=a; number=1\r\nContent-Transfer-Encoding: binary\r\n\r\nü\r\n", BodyType.BinaryMime, "binary")]
    public async Task What_may_not_be_encoded_goes_back(string message, BodyType body, string why)
    {
        await using var server = new ScriptedServer { Offers = [] };
        await using SmtpChannel channel = Channel(server);
        Outcome outcome = Assert.Single(await channel.RunAsync(Mail(message, body)));
        Assert.Equal("failed 5.6.3", outcome.Short());
        Assert.Contains(why, outcome.Reason(), StringComparison.Ordinal);
        Assert.DoesNotContain(server.Heard, static line => line.StartsWith("MAIL", StringComparison.Ordinal));
    }

    /// <summary>Addresses and fields beyond ASCII are never rewritten: whoever wrote them knows what else would do.</summary>
    [Theory]
    [InlineData("Subject: grün\r\n\r\nx\r\n", "ann@abc.com", "joe@example.com", "failed 5.6.7")]
    [InlineData("Subject: x\r\n\r\nx\r\n", "jörg@abc.com", "joe@example.com", "failed 5.6.7")]
    [InlineData("Subject: x\r\n\r\nx\r\n", "ann@abc.com", "jörg@example.com", "failed 5.6.7")]
    // asked for, and not needed: the body is all there is beyond ASCII
    [InlineData(Text, "ann@abc.com", "joe@example.com", "delivered")]
    public async Task Smtputf8_is_needed_or_not(string message, string sender, string recipient, string expected)
    {
        await using var server = new ScriptedServer { Offers = [] };
        await using SmtpChannel channel = Channel(server);
        Delivery mail = Outgoing.Mail(message, recipient).With(queued => queued with { Body = BodyType.EightBitMime, Utf8 = true, Sender = MailAddress.Parse(sender) });
        Assert.Equal(expected, Assert.Single(await channel.RunAsync(mail)).Short());
    }

    [Fact]
    public async Task What_was_encoded_is_what_is_signed()
    {
        using var key = RSA.Create(2048);
        string folder = Directory.CreateTempSubdirectory("dirmail-key-").FullName, file = Path.Combine(folder, "key.pem");
        await File.WriteAllTextAsync(file, key.ExportPkcs8PrivateKeyPem());
        EntryId domain = new(Guid.NewGuid());
        var keys = new Dictionary<string, SigningKey> { ["abc.com"] = SigningKey.Load("s", file) };
        Directory.Delete(folder, recursive: true);
        await using var server = new ScriptedServer { Offers = [] };
        await using SmtpChannel channel = Outgoing.Channel(FixedDns.For(Outgoing.Domain, "127.0.0.1"), server.Endpoint.Port, settings => settings with { SigningKeys = keys }, domainOf: name => name == "abc.com" ? domain : null, store: _store.Store);
        await channel.RunAsync(Mail("From: ann@abc.com\r\n" + Text, BodyType.EightBitMime).With(message => message with { Domain = domain }));
        string sent = Assert.Single(server.Contents);
        Assert.StartsWith("DKIM-Signature: ", sent, StringComparison.Ordinal);
        Assert.Contains("gr=C3=BCn", sent, StringComparison.Ordinal);
        // relaxed: blank lines at the end are one line end
        Assert.Contains("bh=" + Convert.ToBase64String(SHA256.HashData("gr=C3=BCn\r\n"u8)), sent, StringComparison.Ordinal);
    }

    /// <summary>A header of ours in place of the original's is the one that leaves, whatever else has to be rewritten.</summary>
    [Fact]
    public async Task A_changed_header_is_what_is_encoded()
    {
        const string Header = "Subject: one\r\n", Changed = "Received: by us\r\nX-Group: yes\r\n";
        await using var server = new ScriptedServer { Offers = [] };
        await using SmtpChannel channel = Channel(server);
        string header = Text[..(Text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)];
        Delivery mail = Mail(Header + Text, BodyType.EightBitMime);
        await channel.RunAsync(mail with { Content = Outgoing.Content(Changed + header, Header.Length + header.Length, Header + Text) });
        string sent = Assert.Single(server.Contents);
        Assert.Equal((Changed + Text).Replace("8bit", "quoted-printable", StringComparison.Ordinal).Replace("grün\r\n", "gr=C3=BCn\r\n\r\n", StringComparison.Ordinal), sent);
    }

    private SmtpChannel Channel(ScriptedServer server) => Outgoing.Channel(FixedDns.For(Outgoing.Domain, "127.0.0.1"), server.Endpoint.Port, store: _store.Store);

    private static Delivery Mail(string message, BodyType body) => Outgoing.Mail(message, "joe@example.com").With(queued => queued with { Body = body });
}
