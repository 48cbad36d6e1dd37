using System.Globalization;
using DirMail.Demo;
using Xunit;

namespace DirMail.Interop;

/// <summary>Postfix as a sending server over TLS, its load generator, and msmtp; and nothing odd in either log.</summary>
public sealed class PostfixTests : IAsyncLifetime
{
    private readonly Warnings _warnings = new();
    private RunningServer _server = null!;

    public Task InitializeAsync()
    {
        _server = new RunningServer { Loggers = _warnings };
        return _server.InitializeAsync();
    }

    public async Task DisposeAsync()
    {
        await _server.CheckAsync();
        await _server.DisposeAsync();
    }

    /// <summary>Thirty messages in, thirty out by pipelined sessions under TLS; what is refused here goes back there.</summary>
    [Fact]
    public async Task Postfix_relays_to_us_over_TLS()
    {
        await using Postfix postfix = await Postfix.StartAsync([new("relayed", "smtp", _server.Smtp, "alice@bcd.com", "nobody@bcd.com")], FreePort.Take(), "nobody:nothing");
        await SourceAsync(postfix.Port, "30", "alice@bcd.com");
        await SourceAsync(postfix.Port, "1", "nobody@bcd.com");
        IReadOnlyList<string> log = await Eventually.SeesAsync(() => Task.FromResult(postfix.Log), static lines => lines.Count(static line => line.Contains("status=sent", StringComparison.Ordinal)) == 30
            && lines.Any(static line => line.Contains("status=bounced", StringComparison.Ordinal)));
        Assert.All(log.Where(static line => line.Contains("status=sent", StringComparison.Ordinal)), static line => Assert.Contains("250 2.0.0 accepted as", line, StringComparison.Ordinal));
        Assert.Contains("550 5.1.1 no such mailbox here", Assert.Single(log, static line => line.Contains("to=<nobody@bcd.com>", StringComparison.Ordinal) && line.Contains("status=bounced", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Contains(log, static line => line.Contains("TLS connection established to 127.0.0.1", StringComparison.Ordinal) && line.Contains("TLSv1.3", StringComparison.Ordinal));
        Assert.DoesNotContain(log, static line => line.Contains("deferred", StringComparison.Ordinal) || line.Contains("lost connection with 127.0.0.1[127.0.0.1] while", StringComparison.Ordinal) || line.Contains("protocol error", StringComparison.OrdinalIgnoreCase)
            || line.Contains("panic", StringComparison.Ordinal) || line.Contains("fatal", StringComparison.Ordinal));
        Assert.Empty(_warnings.Lines);
    }

    [Theory]
    [InlineData("-s", "8", "-m", "200", "-l", "10240")]
    [InlineData("-d", "-s", "2", "-m", "40")]
    public async Task Smtp_source_sends(params string[] how)
    {
        Printed printed = await Program.RunAsync("/usr/sbin/smtp-source", [.. how, "-f", "friend@remote.test", "-t", "alice@bcd.com", $"127.0.0.1:{Text(_server.Smtp)}"]);
        Assert.True(printed.ExitCode == 0, printed.All);
        Assert.Equal("", printed.All);
        Assert.Empty(_warnings.Lines);
    }

    [Theory]
    [InlineData("plain", true)]
    [InlineData("login", false)]
    public async Task Msmtp_submits(string mechanism, bool startTls)
    {
        Printed printed = await Program.RunAsync("msmtp",
        [
            "--file=/dev/null", "--host=127.0.0.1", $"--port={Text(startTls ? _server.Submission : _server.Submissions)}", "--tls=on", $"--tls-starttls={(startTls ? "on" : "off")}", "--tls-certcheck=off",
            $"--auth={mechanism}", $"--user={DemoUser.Bob.Address}", $"--passwordeval=echo {DemoUser.Bob.Password}", $"--from={DemoUser.Bob.Address}", "--dsn-notify=failure,delay", "--dsn-return=headers", DemoUser.Carol.Address,
        ], $"From: {DemoUser.Bob.Address}\nSubject: by msmtp\n\n.\nText.\n");
        Assert.True(printed.ExitCode == 0, printed.All);
        Assert.Empty(_warnings.Lines);
    }

    private static async Task SourceAsync(int port, string messages, string to)
    {
        Printed printed = await Program.RunAsync("/usr/sbin/smtp-source", ["-m", messages, "-s", "3", "-f", "friend@remote.test", "-t", to, $"127.0.0.1:{Text(port)}"]);
        Assert.True(printed.ExitCode == 0, printed.All);
    }

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);
}
