using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using DirMail.Demo;
using DirMail.Verbs;
using Xunit;

namespace DirMail.Interop;

/// <summary>Filters at the door: a real opendkim as milter, a real rspamd, and none that answers.</summary>
public sealed class FilterTests : IAsyncLifetime
{
    private const string Letter = "From: ann@sender.test\r\nTo: alice@bcd.com\r\nSubject: filtered\r\n\r\nHello\r\n";
    private readonly string _folder = Directory.CreateTempSubdirectory("dirmail-filter-").FullName;
    private readonly List<Process> _filters = [];
    private RunningServer? _server;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
        foreach (Process filter in _filters)
        {
            filter.Kill(entireProcessTree: true);
            await filter.WaitForExitAsync();
            filter.Dispose();
        }
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Opendkim_looks_at_what_comes(bool overUnixSocket)
    {
        string key = await DkimKeys.MakeAsync(_folder, "sender.test", "s1");
        int port = FreePort.Take();
        string socket = overUnixSocket ? Path.Combine(_folder, "milter.sock") : string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");
        await File.WriteAllTextAsync(Path.Combine(_folder, "keys"), "s1._domainkey.sender.test " + key.Replace("\" \"", "", StringComparison.Ordinal).Trim('"') + "\n");
        await File.WriteAllTextAsync(Path.Combine(_folder, "conf"), string.Create(CultureInfo.InvariantCulture,
            $"Mode v\nSyslog no\nBackground no\nAuthservID milter.test\nAlwaysAddARHeader yes\nOn-BadSignature reject\nTestPublicKeys {_folder}/keys\nSocket {(overUnixSocket ? "local:" + socket : $"inet:{port}@127.0.0.1")}\n"));
        Start("/usr/sbin/opendkim", "-f", "-x", Path.Combine(_folder, "conf"));
        await ReachableAsync(overUnixSocket ? new UnixDomainSocketEndPoint(socket) : new IPEndPoint(IPAddress.Loopback, port));
        await ServeAsync($"\"milters\": [\"{(overUnixSocket ? "unix:" : "")}{socket}\"]");

        string signed = await DkimKeys.SignAsync(_folder, "sender.test", "s1", "relaxed/simple", Letter);
        // what claims to be opendkim's result is taken away by it, what claims to be ours by us
        Assert.StartsWith("250", await SendAsync("Authentication-Results: milter.test; dkim=pass header.d=forged.test\r\nauthentication-results: (x) mail.abc.com; spf=pass smtp.mailfrom=forged.test\r\nX-Long: a\r\n\tb\r\n" + signed), StringComparison.Ordinal);
        string message = await ReadAsync();
        Assert.Contains("Authentication-Results: milter.test;", message, StringComparison.Ordinal);
        Assert.Contains("dkim=pass", message, StringComparison.Ordinal);
        Assert.Contains("header.d=sender.test", message, StringComparison.Ordinal);
        Assert.DoesNotContain("forged.test", message, StringComparison.Ordinal);
        Assert.EndsWith(signed.TrimEnd(), message.TrimEnd(), StringComparison.Ordinal);
        Assert.StartsWith("550 5.7.0", await SendAsync(signed.Replace("Hello", "Goodbye", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rspamd_looks_at_what_comes()
    {
        int port = FreePort.Take();
        await File.WriteAllTextAsync(Path.Combine(_folder, "rspamd.conf"), string.Create(CultureInfo.InvariantCulture, $$"""
            options { pidfile = "{{_folder}}/rspamd.pid"; filters = ""; enable_test_patterns = true; dns { timeout = 1s; nameserver = ["127.0.0.1:9"]; } }
            logging { type = "console"; level = "error"; }
            metric { name = "default"; actions { reject = 15; add_header = 6; greylist = 4; } }
            worker "normal" { bind_socket = "127.0.0.1:{{port}}"; count = 1; }
            """));
        Start("/usr/bin/rspamd", "-f", "-u", "root", "-g", "root", "-i", "-c", Path.Combine(_folder, "rspamd.conf"));
        await ReachableAsync(new IPEndPoint(IPAddress.Loopback, port));
        await ServeAsync($"\"rspamd\": \"http://127.0.0.1:{port}\"");

        Assert.StartsWith("250", await SendAsync(Letter), StringComparison.Ordinal);
        Assert.DoesNotContain("X-DirMail-Junk", await ReadAsync(), StringComparison.Ordinal);
        // the test patterns that rspamd knows: reject, and add header
        Assert.StartsWith("550 5.7.1", await SendAsync(Letter + "XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("250", await SendAsync(Letter + "YJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("X-DirMail-Junk: filter\r\n", (await ReadAsync("Junk"))[(await ReadAsync("Junk")).IndexOf("X-DirMail", StringComparison.Ordinal)..], StringComparison.Ordinal);
    }

    /// <summary>One it is against hears so at RCPT, also pipelined, and the others get the message; one connection to it holds for all of the session.</summary>
    [Fact]
    public async Task A_milter_refuses_recipients_one_by_one()
    {
        (int port, string notes) = await StartMilterAsync();
        await ServeAsync($"\"milters\": [\"127.0.0.1:{port}\"], \"off\": {{ \"cde.com\": [\"milter\"] }}");
        await using (Dialogue smtp = await RemoteServer.GreetAsync(_server!.Smtp))
        {
            await RepliesAsync(smtp, ["MAIL FROM:<ann@sender.test>", "RCPT TO:<alice@bcd.com>", "RCPT TO:<bob@bcd.com>", "RCPT TO:<admin@bcd.com>", "DATA"], "250 2.1.0", "250 2.1.5", "550 5.7.1 no mail for bob", "250 2.1.5", "354");
            Assert.StartsWith("250", await smtp.SmtpDataAsync(Letter, CancellationToken.None), StringComparison.Ordinal);
            // one domain does without milters
            await RepliesAsync(smtp, ["MAIL FROM:<spammer@sender.test>", "RCPT TO:<alice@bcd.com>", "RCPT TO:<carol@cde.com>", "RSET"], "250 2.1.0", "550 5.7.1 refused by a content filter", "250 2.1.5", "250");
            await RepliesAsync(smtp, ["MAIL FROM:<ann@sender.test>", "RCPT TO:<alice@bcd.com>", "DATA"], "250 2.1.0", "250 2.1.5", "354");
            Assert.StartsWith("550 5.7.1", await smtp.SmtpDataAsync(Letter + "virus\r\n", CancellationToken.None), StringComparison.Ordinal);
            await smtp.SmtpAsync("QUIT", CancellationToken.None);
        }
        Assert.Contains("Subject: filtered", await ReadAsync(), StringComparison.Ordinal);
        string heard = await Eventually.SeesAsync(() => File.ReadAllTextAsync(notes), static text => text.EndsWith('Q'));
        Assert.Equal("CHMRRRTLLLNBEMAMRTLLLNBQ", heard);
    }

    /// <summary>What a milter logs is what is found again in Received, and it knows of TLS.</summary>
    [Fact]
    public async Task A_milter_is_told_parameters_and_macros()
    {
        (int port, string notes) = await StartMilterAsync();
        await ServeAsync($"\"milters\": [\"127.0.0.1:{port}\"]");
        string accepted;
        await using (Dialogue smtp = await RemoteServer.GreetAsync(_server!.Smtp))
        {
            await RepliesAsync(smtp, ["MAIL FROM:<ann@sender.test> SIZE=99 BODY=8BITMIME", "RCPT TO:<alice@bcd.com> NOTIFY=NEVER", "DATA"], "250 2.1.0", "250 2.1.5", "354");
            accepted = await smtp.SmtpDataAsync(Letter, CancellationToken.None);
        }
        string id = accepted.Split(' ')[^1];
        Assert.StartsWith("250 2.0.0 accepted as ", accepted, StringComparison.Ordinal);
        string[] words = await File.ReadAllLinesAsync(notes + ".words");
        Assert.Contains("M|<ann@sender.test>|SIZE=99|BODY=8BITMIME|", words);
        Assert.Contains("R|<alice@bcd.com>|NOTIFY=NEVER|", words);
        Assert.Contains($"D|Mi|{id}|{{mail_addr}}|ann@sender.test|{{mail_host}}|sender.test|{{mail_mailer}}|smtp|", words);
        Assert.Contains($"D|Ei|{id}|", words);
        Assert.DoesNotContain(words, static line => line.StartsWith("D|H", StringComparison.Ordinal));
        Assert.Contains($"\tid {id}", await ReadAsync(), StringComparison.Ordinal);

        Printed printed = await Program.RunAsync("swaks", ["--server", $"127.0.0.1:{_server!.Smtp}", "--tls", "--from", "ann@sender.test", "--to", DemoUser.Alice.Address]);
        Assert.True(printed.ExitCode == 0, printed.All);
        Assert.Contains(await File.ReadAllLinesAsync(notes + ".words"), static line => line.StartsWith("D|H{tls_version}|TLSv1.3|{cipher}|TLS_", StringComparison.Ordinal) && line.EndsWith("|{cipher_bits}|256|", StringComparison.Ordinal));
    }

    /// <summary>One that writes down what it hears.</summary>
    private async Task<(int Port, string Notes)> StartMilterAsync()
    {
        int port = FreePort.Take();
        string notes = Path.Combine(_folder, "heard");
        Start("python3", Program.File("tests/Interop/milter.py"), port.ToString(CultureInfo.InvariantCulture), notes);
        await ReachableAsync(new IPEndPoint(IPAddress.Loopback, port));
        return (port, notes);
    }

    private static async Task RepliesAsync(Dialogue smtp, string[] commands, params string[] replies)
    {
        string reply = await smtp.SmtpAsync(string.Join("\r\n", commands), CancellationToken.None);
        Assert.StartsWith(replies[0], reply, StringComparison.Ordinal);
        foreach (string expected in replies.Skip(1))
            Assert.StartsWith(expected, await smtp.SmtpAsync(null, CancellationToken.None), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("accept", "250")]
    [InlineData("defer", "451 4.7.1")]
    public async Task A_filter_that_is_not_there_counts_as_the_setting_says(string setting, string reply)
    {
        await ServeAsync($"\"milters\": [\"127.0.0.1:{FreePort.Take()}\"], \"rspamd\": \"http://127.0.0.1:{FreePort.Take()}\", \"hookFailure\": \"{setting}\"");
        Assert.StartsWith(reply, await SendAsync(Letter), StringComparison.Ordinal);
    }

    private void Start(string program, params string[] arguments) => _filters.Add(Program.Start(new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true }));

    private async Task ReachableAsync(EndPoint filter)
    {
        for (long end = Environment.TickCount64 + 30_000; Environment.TickCount64 < end && !_filters[^1].HasExited; await Task.Delay(20))
        {
            using var socket = new Socket(filter is UnixDomainSocketEndPoint ? AddressFamily.Unix : AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(filter);
                return;
            }
            catch (SocketException)
            {
                // not yet
            }
        }
        Assert.Fail("the filter does not listen: " + (_filters[^1].HasExited ? await _filters[^1].StandardError.ReadToEndAsync() : ""));
    }

    private async Task ServeAsync(string checks)
    {
        var setup = new ServerSetup();
        string settings = await File.ReadAllTextAsync(setup.SettingsFile);
        await File.WriteAllTextAsync(setup.SettingsFile, settings.Insert(settings.IndexOf('{', StringComparison.Ordinal) + 1, $"\"checks\": {{ {checks} }}, \"host\": {{ \"name\": \"mail.abc.com\" }}, "));
        _server = new(setup);
        await _server.InitializeAsync();
    }

    private async Task<string> SendAsync(string message)
    {
        string file = Path.Combine(_folder, Guid.NewGuid().ToString("n"));
        await File.WriteAllTextAsync(file, message);
        Printed printed = await Program.RunAsync("swaks", ["--server", $"127.0.0.1:{_server!.Smtp}", "--from", "ann@sender.test", "--to", DemoUser.Alice.Address, "--data", "@" + file]);
        string[] replies = [.. printed.Output.Split('\n').Where(static line => line.StartsWith('<')).Select(static line => line[3..].Trim()).Where(static line => line.Length > 3 && line[0] is '2' or '4' or '5')];
        Assert.True(replies.Length > 1, printed.All);
        return Array.Find(replies, static reply => reply[0] is '4' or '5') ?? replies[^2];
    }

    /// <summary>The newest message.</summary>
    private async Task<string> ReadAsync(string mailbox = "INBOX") =>
        (await Program.RunAsync("curl", ["-s", "-u", $"{DemoUser.Alice.Address}:{DemoUser.Alice.Password}", $"imap://127.0.0.1:{_server!.Imap}/{mailbox};MAILINDEX=*"])).Output;
}
