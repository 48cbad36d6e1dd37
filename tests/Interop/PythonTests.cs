using System.Globalization;
using DirMail.Demo;
using Xunit;

namespace DirMail.Interop;

/// <summary>The clients of Python's standard library: each script says what it expects.</summary>
public sealed class PythonTests(RunningServer server) : IClassFixture<RunningServer>, IAsyncLifetime
{
    [Fact]
    public Task Imaplib_reads_and_keeps_mail() => RunAsync("imap_client.py", server.Imap, DemoUser.Carol);

    [Fact]
    public async Task Poplib_takes_mail_away()
    {
        foreach (string subject in (string[])["one", "two"])
            Assert.StartsWith("250", await RemoteServer.DeliverAsync(server.Smtp, DemoUser.HostUser.Address, $"Subject: {subject}\n\nfirst\nsecond\n.dot\n"), StringComparison.Ordinal);
        await RunAsync("pop_client.py", server.Pop3, DemoUser.HostUser);
    }

    [Fact]
    public Task Smtplib_submits() => RunAsync("smtp_client.py", server.Submission, DemoUser.Bob, "bob@cde.com");

    /// <summary>Over TCP and over the Unix socket.</summary>
    [Fact]
    public async Task Smtplib_hands_over_by_lmtp()
    {
        foreach (string place in (string[])[server.Lmtp.ToString(CultureInfo.InvariantCulture), Path.Combine(server.Folder, "lmtp.sock")])
        {
            Printed printed = await Program.RunAsync("python3", [Program.File("tests/Interop/lmtp_client.py"), place, DemoUser.Alice.Address, DemoUser.Bob.Address]);
            Assert.True(printed.ExitCode == 0, printed.All);
        }
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => server.CheckAsync();

    private static async Task RunAsync(string script, int port, DemoUser user, params string[] more)
    {
        Printed printed = await Program.RunAsync("python3", [Program.File($"tests/Interop/{script}"), port.ToString(CultureInfo.InvariantCulture), user.Address, user.Password, .. more]);
        Assert.True(printed.ExitCode == 0, printed.All);
    }
}
