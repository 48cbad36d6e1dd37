using System.Globalization;
using DirMail.Demo;
using Xunit;

namespace DirMail.Interop;

/// <summary>curl as a mail client of each protocol. A user's tests keep to that user's mailbox.</summary>
public sealed class CurlTests(RunningServer server) : IClassFixture<RunningServer>, IAsyncLifetime
{
    private const string Message = "From: Friend <friend@remote.test>\r\nTo: you\r\nSubject: curl was here\r\nMessage-ID: <curl@remote.test>\r\n\r\nFirst line.\r\n.a dot first\r\n";

    [Theory]
    [InlineData()]
    [InlineData("--ssl-reqd", "-k")]
    public async Task Imap_lists_appends_searches_fetches_and_deletes(params string[] tls)
    {
        DemoUser user = DemoUser.Carol;
        string inbox = Url("imap", server.Imap, "INBOX");
        Assert.Contains("\"/\" \"INBOX\"", await DoAsync(user, [.. tls, Url("imap", server.Imap, "")]), StringComparison.Ordinal);
        // APPEND announces the size: curl wants a file for it
        string file = Path.Combine(server.Folder, "curl.eml");
        await File.WriteAllTextAsync(file, Message);
        await DoAsync(user, [.. tls, "-T", file, inbox]);
        string found = await DoAsync(user, [.. tls, "-X", "SEARCH SUBJECT curl", inbox]);
        string number = found.Trim().Split(' ')[^1];
        Assert.Equal(Message, await DoAsync(user, [.. tls, $"{inbox};MAILINDEX={number}"]));
        Assert.Equal("First line.\r\n.a dot first\r\n", await DoAsync(user, [.. tls, $"{inbox};MAILINDEX={number};SECTION=TEXT"]));
        await DoAsync(user, [.. tls, "-X", $"STORE {number} +FLAGS (\\Deleted)", inbox]);
        await DoAsync(user, [.. tls, "-X", "EXPUNGE", inbox]);
        Assert.Equal("* SEARCH", (await DoAsync(user, [.. tls, "-X", "SEARCH SUBJECT curl", inbox])).Trim());
    }

    [Theory]
    [InlineData()]
    [InlineData("--ssl-reqd", "-k")]
    public async Task Smtp_uploads_and_pop3_reads_and_deletes(params string[] tls)
    {
        DemoUser user = DemoUser.BcdAdministrator;
        await DoAsync(user, [.. tls, "--mail-from", user.Address, "--mail-rcpt", user.Address, "-T", "-", Url("smtp", server.Submission, "laptop")], Message.Replace("friend@remote.test", user.Address, StringComparison.Ordinal));
        string list = await DoAsync(user, [.. tls, Url("pop3", server.Pop3, "")]);
        Assert.StartsWith("1 ", list, StringComparison.Ordinal);
        string read = await DoAsync(user, [.. tls, Url("pop3", server.Pop3, "1")]);
        Assert.EndsWith("\r\n\r\nFirst line.\r\n.a dot first\r\n", read, StringComparison.Ordinal);
        Assert.StartsWith("Return-Path: <" + user.Address + ">", read, StringComparison.Ordinal);
        await DoAsync(user, [.. tls, "-I", "-X", "DELE 1", Url("pop3", server.Pop3, "")]);
        Assert.Equal("", (await DoAsync(user, [.. tls, Url("pop3", server.Pop3, "")])).Trim());
    }

    /// <summary>TLS from the first octet (RFC 8314).</summary>
    [Fact]
    public async Task Smtps_pop3s_and_imaps_are_spoken()
    {
        DemoUser user = DemoUser.Bob;
        string message = Message.Replace("friend@remote.test", user.Address, StringComparison.Ordinal);
        await DoAsync(user, ["-k", "--mail-from", user.Address, "--mail-rcpt", user.Address, "-T", "-", Url("smtps", server.Submissions, "laptop")], message);
        Assert.StartsWith("1 ", await DoAsync(user, ["-k", Url("pop3s", server.Pop3s, "")]), StringComparison.Ordinal);
        Assert.Contains("with ESMTPSA", await DoAsync(user, ["-k", Url("imaps", server.Imaps, "INBOX") + ";MAILINDEX=1"]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("imap")]
    [InlineData("pop3")]
    [InlineData("smtp")]
    public async Task A_wrong_password_is_a_login_failure(string scheme)
    {
        int port = scheme switch { "imap" => server.Imap, "pop3" => server.Pop3, _ => server.Submission };
        Printed printed = await CurlAsync(DemoUser.Alice with { Password = "wrong" }, ["--mail-from", "alice@bcd.com", "--mail-rcpt", "alice@bcd.com", Url(scheme, port, "")]);
        // 67: the user name or password was not accepted
        Assert.True(printed.ExitCode == 67, printed.All);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => server.CheckAsync();

    private static async Task<string> DoAsync(DemoUser user, IEnumerable<string> arguments, string input = "")
    {
        Printed printed = await CurlAsync(user, arguments, input);
        Assert.True(printed.ExitCode == 0, printed.All);
        return printed.Output;
    }

    private static Task<Printed> CurlAsync(DemoUser user, IEnumerable<string> arguments, string input = "") => Program.RunAsync("curl", ["-sS", "--max-time", "30", "-u", $"{user.Address}:{user.Password}", .. arguments], input);

    private static string Url(string scheme, int port, string path) => string.Create(CultureInfo.InvariantCulture, $"{scheme}://127.0.0.1:{port}/{path}");
}
