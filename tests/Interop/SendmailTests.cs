using DirMail.Verbs;
using Xunit;

namespace DirMail.Interop;

/// <summary>`dirmail sendmail` as programs call it: options, exit codes of sysexits.h, and what arrives.</summary>
public sealed class SendmailTests(RunningServer server) : IClassFixture<RunningServer>, IAsyncLifetime
{
    [Fact]
    public async Task A_message_goes_to_its_arguments_as_the_host()
    {
        await SentAsync("Subject: plain\n\nA line.\n..\n.\nnot any more\n", "-f", "daemon@abc.com", "admin@bcd.com");
        string[] lines = await NewestAsync();
        Assert.Equal("Return-Path: <daemon@abc.com>", lines[0]);
        Assert.Equal("Received: by mail.abc.com (DirMail) with local", lines[1]);
        Assert.Contains("From: daemon@abc.com", lines);
        Assert.Contains(lines, static line => line.StartsWith("Message-ID: <", StringComparison.Ordinal));
        Assert.Equal(["", "A line.", "...", "."], lines[Array.IndexOf(lines, "")..]);
    }

    [Fact]
    public async Task Recipients_come_from_the_header_and_Bcc_goes()
    {
        await SentAsync("To: Admin <admin@bcd.com>,\n  alice@bcd.com\nBcc: carol@cde.com\nSubject: from the header\n\n.\nafter the dot\n", "-t", "-oi", "-F", "Back \"up\"", "-f", "<>", "-N", "never");
        string[] lines = await NewestAsync();
        Assert.Equal("Return-Path: <>", lines[0]);
        Assert.DoesNotContain(lines, static line => line.StartsWith("Bcc", StringComparison.OrdinalIgnoreCase));
        Assert.Contains(lines, static line => line.StartsWith("From: \"Back up\" <MAILER-DAEMON@", StringComparison.Ordinal));
        Assert.Equal(["..", "after the dot", "."], lines[^3..]);
    }

    [Fact]
    public async Task A_dialogue_over_standard_input()
    {
        Printed printed = await RunAsync("HELO x\r\nMAIL FROM:<root>\r\nRCPT TO:<admin@bcd.com>\r\nRCPT TO:<x1@xyz.test>\r\nRSET\r\nQUIT\r\n", "-bs");
        Assert.Equal(0, printed.ExitCode);
        Assert.Equal(["220", "250", "250", "250", "250", "250", "221"], printed.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => line[..3]));
    }

    [Theory]
    [InlineData(64, "no recipient")]
    [InlineData(64, "-z is not known", "-z", "admin@bcd.com")]
    [InlineData(64, "-f needs a value", "-f")]
    [InlineData(67, "5.1.1", "nobody@bcd.com")]
    [InlineData(67, "5.1.1", "admin@bcd.com", "nobody@bcd.com")]
    [InlineData(67, "5.1.7", "-f", "a b@bcd.com", "admin@bcd.com")]
    [InlineData(64, "control characters", "admin@bcd.com>\r\nRCPT TO:<alice@bcd.com")]
    public async Task What_cannot_be_done_has_its_exit_code(int code, string why, params string[] words)
    {
        Printed printed = await RunAsync("Subject: never\n\n", words);
        Assert.Equal(code, printed.ExitCode);
        Assert.Contains(why, printed.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_queue_is_run() => Assert.Equal(0, (await RunAsync("", "-q15m")).ExitCode);

    [Fact]
    public async Task Without_a_server_it_is_to_be_tried_again()
    {
        using var setup = new ServerSetup();
        Printed printed = await Program.RunAsync(ServerProcess.File, ["sendmail", "--settings", setup.SettingsFile, "admin@bcd.com"], "Subject: x\n\n");
        Assert.Equal(75, printed.ExitCode);
        Assert.Contains("no server runs", printed.Error, StringComparison.Ordinal);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => server.CheckAsync();

    private async Task SentAsync(string message, params string[] words)
    {
        Printed printed = await RunAsync(message, words);
        Assert.True(printed.ExitCode == 0, $"{printed.ExitCode}: {printed.All}");
        Assert.Equal("", printed.All);
    }

    private Task<Printed> RunAsync(string input, params string[] words) => Program.RunAsync(ServerProcess.File, ["sendmail", "--settings", Path.Combine(server.Folder, "dirmail.json"), .. words], input);

    private async Task<string[]> NewestAsync()
    {
        await using Dialogue pop = await Dialogue.OpenAsync(RunningServer.Local(server.Pop3), CancellationToken.None);
        await pop.ReadAsync(CancellationToken.None);
        await pop.Pop3Async("USER admin@bcd.com", false, CancellationToken.None);
        await pop.Pop3Async("PASS admin-bcd-secret", false, CancellationToken.None);
        string count = (await pop.Pop3Async("STAT", false, CancellationToken.None))[0].Split(' ')[1];
        return [.. (await pop.Pop3Async($"RETR {count}", true, CancellationToken.None)).Skip(1)];
    }
}
