using System.Globalization;
using DirMail.Demo;
using Xunit;

namespace DirMail.Interop;

/// <summary>swaks, the administrators' SMTP test tool: what it accepts and what its exit codes say.</summary>
public sealed class SwaksTests(RunningServer server) : IClassFixture<RunningServer>, IAsyncLifetime
{
    [Theory]
    [InlineData()]
    [InlineData("--tls")]
    [InlineData("--pipeline")]
    public async Task Hands_in_mail_for_a_local_user(params string[] more)
    {
        Printed printed = await SwaksAsync(server.Smtp, ["--to", "alice@bcd.com", "--from", "friend@remote.test", .. more]);
        Assert.True(printed.ExitCode == 0, printed.All);
    }

    [Theory]
    [InlineData("PLAIN")]
    [InlineData("LOGIN")]
    [InlineData("PLAIN", "--tls")]
    [InlineData("LOGIN", "--tls")]
    public async Task Submits_with_a_login(string mechanism, params string[] more)
    {
        Printed printed = await SubmitAsync(DemoUser.Bob.Password, DemoUser.Bob.Address, ["--auth", mechanism, .. more]);
        Assert.True(printed.ExitCode == 0, printed.All);
        Assert.Contains("250 2.0.0", printed.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Relaying_is_denied_to_strangers()
    {
        Printed printed = await SwaksAsync(server.Smtp, ["--to", "x1@xyz.test", "--from", "friend@remote.test"]);
        // 24: no recipient was accepted
        Assert.True(printed.ExitCode == 24, printed.All);
        Assert.Contains("550 5.7.1", printed.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_password_is_refused()
    {
        Printed printed = await SubmitAsync("wrong", DemoUser.Bob.Address, ["--auth", "PLAIN"]);
        // 28: authentication failed
        Assert.True(printed.ExitCode == 28, printed.All);
        Assert.Contains("535 5.7.8", printed.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sender_that_is_not_the_users_is_refused()
    {
        Printed printed = await SubmitAsync(DemoUser.Bob.Password, "alice@bcd.com", ["--auth", "PLAIN"]);
        // 23: MAIL was refused
        Assert.True(printed.ExitCode == 23, printed.All);
        Assert.Contains("553 5.7.1", printed.Output, StringComparison.Ordinal);
    }

    /// <summary>Behind a proxy the client and the domain are those of its PROXY header; plain, and before TLS.</summary>
    [Theory]
    [InlineData("1")]
    [InlineData("2")]
    [InlineData("2", "--tls")]
    public async Task A_proxy_speaks_for_its_client(string version, params string[] more)
    {
        Printed printed = await SwaksAsync(server.Smtp, ["--to", "alice@bcd.com", "--from", "friend@remote.test", "--local-interface", "127.0.0.9", "--proxy-version", version,
            "--proxy-family", version == "1" ? "TCP4" : "AF_INET", "--proxy-protocol", "STREAM", "--proxy-source", "192.0.2.55", "--proxy-source-port", "4711", "--proxy-dest", "127.0.70.1", "--proxy-dest-port", "25", .. more]);
        Assert.True(printed.ExitCode == 0, printed.All);
        Assert.Contains("220 mail.bcd.com", printed.Output, StringComparison.Ordinal);
        Assert.Contains("([192.0.2.55])", printed.Output, StringComparison.Ordinal);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => server.CheckAsync();

    private Task<Printed> SubmitAsync(string password, string sender, IEnumerable<string> more) =>
        SwaksAsync(server.Submission, ["--to", DemoUser.Carol.Address, "--from", sender, "--auth-user", DemoUser.Bob.Address, "--auth-password", password, .. more]);

    private static Task<Printed> SwaksAsync(int port, IEnumerable<string> more) =>
        Program.RunAsync("swaks", ["--server", "127.0.0.1", "--port", port.ToString(CultureInfo.InvariantCulture), "--ehlo", "mx.remote.test", "--timeout", "20", .. more]);
}
