using DirMail.Demo;
using DirMail.Verbs;
using Xunit;

namespace DirMail.Interop;

/// <summary>What is forwarded leaves with an address of the forwarding domain, and reports find their way back: also where others on the way rewrite senders, here by Mail::SRS.</summary>
public sealed class ForwardingTests : IAsyncLifetime
{
    private readonly Sink _sink = new();
    private RunningServer _server = null!;

    public async Task InitializeAsync()
    {
        var setup = new ServerSetup(sinkPort: _sink.Port);
        string settings = await File.ReadAllTextAsync(setup.SettingsFile);
        await File.WriteAllTextAsync(setup.SettingsFile, settings.Replace("\"routes\": {", $"\"routes\": {{ \"first.test\": \"127.0.0.1:{_sink.Port}\",", StringComparison.Ordinal));
        _server = new(setup);
        await _server.InitializeAsync();
        await new CommandLine(_server).DoAsync(DemoUser.BcdAdministrator, "user", "add", "roam@bcd.com", "--forward", "far@xyz.test", "--generate");
        await Eventually.StartsAsync("250", () => RemoteServer.RecipientAsync(_server.Smtp, "roam@bcd.com"));
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        await _sink.DisposeAsync();
    }

    [Fact]
    public async Task A_forward_leaves_with_a_return_address_and_its_report_reaches_who_sent()
    {
        Arrival forwarded = await SentAsync("friend@xyz.test", "roam@bcd.com");
        Assert.Matches("^SRS0=[A-Z2-7]{8}=[A-Z2-7]{2}=xyz.test=friend@bcd.com$", forwarded.Sender);
        Assert.Equal(("127.0.70.1", "far@xyz.test"), (forwarded.Peer, forwarded.Recipient));
        Assert.DoesNotContain("Return-Path", forwarded.Content, StringComparison.OrdinalIgnoreCase);
        Arrival report = await SentAsync("", forwarded.Sender);
        Assert.Equal(("127.0.70.1", "", "friend@xyz.test"), (report.Peer, report.Sender, report.Recipient));
        string explained = await new CommandLine(_server).DoAsync(null, "explain", forwarded.Sender);
        Assert.Contains("SRS: friend@xyz.test: goes there", explained, StringComparison.Ordinal);
        Assert.Equal("550 5.7.1 this return address is not valid, or no longer", await ReplyAsync("friend@xyz.test", forwarded.Sender));
        Assert.Equal("550 5.7.1 this return address is not valid, or no longer", await ReplyAsync("", forwarded.Sender.Replace("=friend", "=victim", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task One_that_was_forwarded_before_goes_back_by_the_first_who_forwarded()
    {
        string first = await MailSrsAsync("first", "forward", "friend@xyz.test", "first.test");
        Arrival forwarded = await SentAsync(first, "roam@bcd.com");
        Assert.Matches("^SRS1=[A-Z2-7]{10}=first.test==.*=xyz.test=friend@bcd.com$", forwarded.Sender);
        Arrival report = await SentAsync("", forwarded.Sender);
        Assert.Equal(("", first), (report.Sender, report.Recipient));
        Assert.Equal("friend@xyz.test", await MailSrsAsync("first", "reverse", report.Recipient));
    }

    [Fact]
    public async Task One_that_others_forward_on_comes_back_by_us()
    {
        Arrival forwarded = await SentAsync("friend@xyz.test", "roam@bcd.com");
        string third = await MailSrsAsync("third", "forward", await MailSrsAsync("second", "forward", forwarded.Sender, "second.test"), "third.test");
        Assert.StartsWith("SRS1=", third, StringComparison.Ordinal);
        string back = await MailSrsAsync("third", "reverse", third);
        Assert.EndsWith("@bcd.com", back, StringComparison.Ordinal);
        Assert.Equal("friend@xyz.test", (await SentAsync("", back)).Recipient);
    }

    private async Task<Arrival> SentAsync(string sender, string recipient)
    {
        int before = _sink.Arrivals.Count;
        Assert.StartsWith("250", await ReplyAsync(sender, recipient), StringComparison.Ordinal);
        await _sink.WaitAsync(before + 1, TimeSpan.FromSeconds(30), CancellationToken.None);
        return _sink.Arrivals.ElementAt(before);
    }

    /// <summary>To the dot, or to RCPT when that was refused.</summary>
    private async Task<string> ReplyAsync(string sender, string recipient)
    {
        await using Dialogue smtp = await RemoteServer.GreetAsync(_server.Smtp);
        await smtp.SmtpAsync($"MAIL FROM:<{sender}>", CancellationToken.None);
        string reply = await smtp.SmtpAsync($"RCPT TO:<{recipient}>", CancellationToken.None);
        if (reply[0] != '2')
            return reply;
        await smtp.SmtpAsync("DATA", CancellationToken.None);
        return await smtp.SmtpDataAsync("Subject: forwarded\r\n\r\nHello\r\n", CancellationToken.None);
    }

    private static async Task<string> MailSrsAsync(string secret, string method, params string[] arguments)
    {
        Printed printed = await Program.RunAsync("perl", ["-MMail::SRS", "-e", "my ($secret, $method, @rest) = @ARGV; print Mail::SRS->new(Secret => $secret)->$method(@rest)", secret, method, .. arguments]);
        Assert.True(printed.ExitCode == 0, printed.All);
        return printed.Output.Trim();
    }
}
