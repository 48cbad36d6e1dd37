using DirMail.Demo;
using Xunit;

namespace DirMail.Interop;

/// <summary>One domain's mail by its own relay, a Postfix that wants a login under TLS, from the domain's own address; the other domains' mail goes where it went.</summary>
public sealed class SmartHostTests : IAsyncLifetime, IDisposable
{
    private readonly TestAuthority _authority = new();
    private readonly Sink _sink = new();
    private readonly Warnings _warnings = new();
    private Dovecot _logins = null!;

    public async Task InitializeAsync() => _logins = await Dovecot.StartAsync();

    public async Task DisposeAsync()
    {
        await _logins.DisposeAsync();
        await _sink.DisposeAsync();
    }

    public void Dispose() => _authority.Dispose();

    [Theory]
    [InlineData("plain", "tls")]
    [InlineData("login", "tls")]
    [InlineData("plain", "smtps")]
    public async Task Bcd_s_mail_goes_out_by_its_relay(string mechanisms, string protection)
    {
        await using ReceivingPostfix relay = await ReceivingPostfix.SmartHostAsync("xyz.test", _logins, _authority.Issue(), mechanisms);
        await using RunningServer server = new(Setup(relay, protection)) { Loggers = _warnings };
        await server.InitializeAsync();
        await SendAsync(server, DemoUser.Bob);
        await SendAsync(server, DemoUser.Carol);
        string message = (await Eventually.SeesAsync(relay.KeptAsync, static kept => kept.Count == 1))[0];
        Assert.Matches(@"\nReceived: from mail\.bcd\.com \(.*\[127\.0\.70\.1\]\)\s+\(using TLSv1", message);
        Assert.Contains("(Authenticated sender: bcd-relay)", message, StringComparison.Ordinal);
        Assert.Equal(protection == "smtps", relay.Log.Any(static line => line.Contains("smtps/smtpd", StringComparison.Ordinal) && line.Contains("TLS connection established", StringComparison.Ordinal)));
        await _sink.WaitAsync(1, Eventually.Limit, CancellationToken.None);
        Assert.Equal("127.0.70.2", Assert.Single(_sink.Arrivals).Peer);
        Assert.Empty(_warnings.Lines);
    }

    [Fact]
    public async Task A_wrong_password_is_an_alarm_without_the_password_and_the_mail_waits()
    {
        await using ReceivingPostfix relay = await ReceivingPostfix.SmartHostAsync("xyz.test", _logins, _authority.Issue(), "plain");
        ServerSetup setup = Setup(relay);
        await File.WriteAllTextAsync(Path.Combine(setup.Folder, "relay.password"), "zYx-wrong\n");
        await using RunningServer server = new(setup) { Loggers = _warnings };
        await server.InitializeAsync();
        await SendAsync(server, DemoUser.Bob);
        string alarm = (await Eventually.SeesAsync(() => Task.FromResult(_warnings.Lines), static lines => lines.Count > 0)).First();
        Assert.Contains("the login bcd-relay at 127.0.0.1 [127.0.0.1] is of no use", alarm, StringComparison.Ordinal);
        Assert.Contains("535 5.7.8", alarm, StringComparison.Ordinal);
        Assert.DoesNotContain(_warnings.Lines, static line => line.Contains("zYx-wrong", StringComparison.Ordinal));
        Assert.Empty(await relay.KeptAsync());
        Assert.NotEmpty(await server.Wiring.Store.Queue.LanesAsync(CancellationToken.None));
    }

    /// <summary>TLS comes before the relay has said a word, so nothing but the handshake is ever heard of a server with a wrong certificate.</summary>
    [Fact]
    public async Task A_relay_with_another_s_certificate_gets_neither_password_nor_mail()
    {
        await using ReceivingPostfix relay = await ReceivingPostfix.SmartHostAsync("xyz.test", _logins, _authority.Issue("other.test", days: 1), "plain");
        await using RunningServer server = new(Setup(relay, "smtps")) { Loggers = _warnings };
        await server.InitializeAsync();
        await SendAsync(server, DemoUser.Bob);
        string alarm = (await Eventually.SeesAsync(() => Task.FromResult(_warnings.Lines), static lines => lines.Count > 0)).First();
        Assert.Contains("gives no TLS that will do", alarm, StringComparison.Ordinal);
        Assert.Empty(await relay.KeptAsync());
        Assert.DoesNotContain(relay.Log, static line => line.Contains("sasl_username", StringComparison.Ordinal));
        Assert.NotEmpty(await server.Wiring.Store.Queue.LanesAsync(CancellationToken.None));
    }

    private ServerSetup Setup(ReceivingPostfix relay, string protection = "tls")
    {
        var setup = new ServerSetup(sinkPort: _sink.Port);
        File.WriteAllText(Path.Combine(setup.Folder, "relay.password"), Dovecot.Password + "\n");
        string settings = File.ReadAllText(setup.SettingsFile);
        File.WriteAllText(setup.SettingsFile, settings.Replace("\"routes\": {", $$"""
            "channels": { "smtp": { "caFile": "{{_authority.CaFile}}" } },
            "routes": { "bcd.com > *": "127.0.0.1:{{(protection == "smtps" ? relay.TlsFirstPort : relay.Port)}} {{protection}} login=bcd-relay password=relay.password",
            """, StringComparison.Ordinal));
        return setup;
    }

    private static async Task SendAsync(RunningServer server, DemoUser user)
    {
        Printed sent = await Program.RunAsync("swaks", ["--server", $"127.0.0.1:{server.Submission}", "--from", user.Address, "--to", "x@xyz.test", "--auth", "PLAIN", "--auth-user", user.Address, "--auth-password", user.Password]);
        Assert.True(sent.ExitCode == 0, sent.All);
    }
}
