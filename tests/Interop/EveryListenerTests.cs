using System.Globalization;
using DirMail.Demo;
using DirMail.Verbs;
using Xunit;

namespace DirMail.Interop;

/// <summary>
/// Postfix and Exim hand mail to every port that takes any: for other servers over TLS, for logins with STARTTLS and with TLS from the start, LMTP by TCP and by the Unix socket; and get back over TLS what was
/// submitted for them. Nothing odd in either log.
/// </summary>
public sealed class EveryListenerTests : IAsyncLifetime
{
    private readonly Warnings _warnings = new();
    private readonly ServerSetup _setup;
    private readonly int _lastPort = FreePort.Take();
    private readonly RunningServer _server;

    public EveryListenerTests()
    {
        _setup = new(sinkPort: _lastPort);
        string settings = File.ReadAllText(_setup.SettingsFile);
        File.WriteAllText(_setup.SettingsFile, settings.Replace("\"lmtpSocket\":", "\"lmtpSocketMode\": \"0666\", \"lmtpSocket\":", StringComparison.Ordinal));
        _server = new(_setup) { Loggers = _warnings };
    }

    public async Task InitializeAsync()
    {
        await _server.InitializeAsync();
        // the other server's own user comes to the socket
        File.SetUnixFileMode(_setup.Folder, File.GetUnixFileMode(_setup.Folder) | UnixFileMode.OtherExecute);
    }

    public Task DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("Postfix")]
    [InlineData("Exim")]
    public async Task Takes_mail_from(string name)
    {
        OnwardWay[] ways =
        [
            new("relayed", "smtp", _server.Smtp, DemoUser.Alice.Address, DemoUser.Bob.Address),
            new("submitted", "smtp", _server.Submission, "x1@xyz.test", "grün@xyz.test") { LogsIn = true },
            new("wrapped", "smtps", _server.Submissions, "x2@xyz.test") { LogsIn = true },
            new("handed", "lmtp", _server.Lmtp, DemoUser.BcdAdministrator.Address),
            new("socketed", "lmtp", 0, DemoUser.Carol.Address) { Socket = Path.Combine(_server.Folder, "lmtp.sock") },
        ];
        await using IPeerServer peer = name == "Exim" ? await Exim.StartAsync(ways, _lastPort, DemoUser.Bob) : await Postfix.StartAsync(ways, _lastPort, $"{DemoUser.Bob.Address}:{DemoUser.Bob.Password}");
        await SendAsync(peer.Port, "MAIL FROM:<bob@bcd.com> BODY=8BITMIME", "plain", [.. ways.SelectMany(static way => way.Recipients).Where(static recipient => recipient.All(char.IsAscii) && recipient != DemoUser.Bob.Address)]);
        await SendAsync(peer.Port, "MAIL FROM:<bob@bcd.com> SIZE=400000", new string('x', 60) + "\n", [DemoUser.Alice.Address, DemoUser.Carol.Address, DemoUser.BcdAdministrator.Address], lines: 6000);
        await SendAsync(peer.Port, "MAIL FROM:<bob@bcd.com> SMTPUTF8 BODY=8BITMIME", "gr\u00fcn", ["gr\u00fcn@xyz.test", DemoUser.Alice.Address]);

        foreach ((DemoUser user, int messages) in ((DemoUser, int)[])[(DemoUser.Alice, 3), (DemoUser.BcdAdministrator, 2), (DemoUser.Carol, 2)])
            await HasAsync(peer, user, messages);
        await Eventually.SeesAsync(() => Task.FromResult(peer.Log), _ => peer.HasEnded("x1@xyz.test") && peer.HasEnded("x2@xyz.test") && peer.HasEnded("gr\u00fcn@xyz.test"));
        await using (ImapPeer imap = await ImapPeer.LogInAsync(_server.Imap, DemoUser.Alice.Address, DemoUser.Alice.Password))
        {
            await imap.DoAsync("EXAMINE INBOX");
            Assert.Contains(await imap.FetchAsync("BODY.PEEK[TEXT]"), static message => message.Values.Contains(Octets(".\r\n..dots\r\ngr\u00fcn\r\nplain\r\n")));
        }
        // of the two that asked to be told of success, what the other server did last
        await HasAsync(peer, DemoUser.Bob, 2);
        Assert.Empty(peer.Oddities);
        Assert.Empty(_warnings.Lines);
    }

    /// <summary>Recipients at xyz.test want to be told of success.</summary>
    private static async Task SendAsync(int port, string mail, string text, string[] recipients, int lines = 1)
    {
        await using Dialogue smtp = await RemoteServer.GreetAsync(port);
        Assert.StartsWith("250", await smtp.SmtpAsync(Octets(mail), CancellationToken.None), StringComparison.Ordinal);
        foreach (string recipient in recipients)
            Assert.StartsWith("250", await smtp.SmtpAsync(Octets($"RCPT TO:<{recipient}>{(recipient.StartsWith('x') ? " NOTIFY=SUCCESS,FAILURE" : "")}"), CancellationToken.None), StringComparison.Ordinal);
        await smtp.SmtpAsync("DATA", CancellationToken.None);
        string message = $"From: Bob <bob@bcd.com>\nTo: all\nSubject: {(lines == 1 ? text : "long")}\n\n.\n..dots\ngr\u00fcn\n{string.Concat(Enumerable.Repeat(text, lines))}\n";
        Assert.StartsWith("250", await smtp.SmtpDataAsync(Octets(message), CancellationToken.None), StringComparison.Ordinal);
        await smtp.SmtpAsync("QUIT", CancellationToken.None);
    }

    /// <summary>UTF-8 for a client that writes a character an octet.</summary>
    private static string Octets(string text) => System.Text.Encoding.Latin1.GetString(System.Text.Encoding.UTF8.GetBytes(text));

    private async Task HasAsync(IPeerServer peer, DemoUser user, int messages)
    {
        await using ImapPeer imap = await ImapPeer.LogInAsync(_server.Imap, user.Address, user.Password);
        string expected = string.Create(CultureInfo.InvariantCulture, $"MESSAGES {messages}");
        string seen = "";
        long end = Environment.TickCount64 + 30_000;
        while (!(seen = string.Join(' ', await imap.DoAsync("STATUS INBOX (MESSAGES)"))).Contains(expected, StringComparison.Ordinal))
        {
            Assert.True(Environment.TickCount64 < end, $"{user.Address}: {seen}\n{string.Join('\n', peer.Log)}\n{string.Join('\n', _warnings.Lines)}");
            await Task.Delay(20);
        }
    }
}
