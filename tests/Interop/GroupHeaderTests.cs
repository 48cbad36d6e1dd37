using System.Security.Cryptography;
using DirMail.Demo;
using Xunit;

namespace DirMail.Interop;

/// <summary>A group that changes the header of what its members get, set by ldapmodify: seen by another server, by dkimpy, by curl's IMAP, and in the store.</summary>
public sealed class GroupHeaderTests : IAsyncLifetime
{
    /// <summary>With the line end that swaks adds.</summary>
    private const string Body = "Hello all\r\n\r\n..dots\r\n\tand blanks \r\n\r\n";
    private readonly Sink _sink = new();
    private RunningServer _server = null!;
    private string _published = "";

    public async Task InitializeAsync()
    {
        var setup = new ServerSetup(sinkPort: _sink.Port);
        string settings = await File.ReadAllTextAsync(setup.SettingsFile), keys = Path.Combine(setup.DataFolder, "dkim");
        await File.WriteAllTextAsync(setup.SettingsFile, settings.Insert(settings.IndexOf('{', StringComparison.Ordinal) + 1, "\"dkim\": { \"bcd.com\": \"s2026\" },"));
        Printed made = await Program.RunAsync(ServerProcess.File, ["domain", "dkim", "bcd.com", "--settings", setup.SettingsFile]);
        Assert.True(made.ExitCode == 0, made.All);
        using var key = RSA.Create();
        key.ImportFromPem(await File.ReadAllTextAsync(Path.Combine(keys, "bcd.com.s2026.pem")));
        _published = $"v=DKIM1; k=rsa; p={Convert.ToBase64String(key.ExportSubjectPublicKeyInfo())}";
        _server = new(setup);
        await _server.InitializeAsync();
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        await _sink.DisposeAsync();
    }

    [Fact]
    public async Task Members_here_and_elsewhere_get_the_changed_header_over_one_stored_body()
    {
        await new LdapUtils(_server.DirectoryUrl).DoAsync("ldapmodify", DemoUser.BcdAdministrator, [], """
            dn: cn=staff,ou=Groups,o=bcd.com,o=hosting
            changetype: modify
            add: mgrpAddHeader
            mgrpAddHeader: Reply-To: staff@bcd.com
            mgrpAddHeader: List-Id: <staff.bcd.com>
            mgrpAddHeader: Received: from nowhere
            -
            add: mgrpRemoveHeader
            mgrpRemoveHeader: X-Mailer
            mgrpRemoveHeader: Disposition-Notification-To
            -
            add: mgrpRFC822MailMember
            mgrpRFC822MailMember: x@xyz.test

            """);
        var commands = new CommandLine(_server);
        // the last of the values that were sent is in force when the one that may not be is told
        await Eventually.SeesAsync(() => commands.DoAsync(null, "directory", "problems"), static told => told.Contains("mgrpAddHeader", StringComparison.Ordinal));

        string file = Path.Combine(_server.Folder, "message");
        const string Header = "Date: Mon, 02 Mar 2026 10:00:00 +0000\r\nMessage-ID: <m@bcd.com>\r\nX-Mailer: mine\r\nFrom: alice@bcd.com\r\nReply-To: alice@bcd.com\r\nTo: staff@bcd.com\r\nDisposition-Notification-To: alice@bcd.com\r\nSubject: all\r\n\r\n";
        await File.WriteAllTextAsync(file, Header + Body[..^2]);
        Printed sent = await Program.RunAsync("swaks", ["--server", $"127.0.0.1:{_server.Submission}", "--from", "alice@bcd.com", "--to", "staff@bcd.com,alice@bcd.com", "--auth", "PLAIN",
            "--auth-user", DemoUser.Alice.Address, "--auth-password", DemoUser.Alice.Password, "--data", "@" + file]);
        Assert.True(sent.ExitCode == 0, sent.All);

        const string Changed = "Reply-To: staff@bcd.com\r\nList-Id: <staff.bcd.com>\r\nDate: Mon, 02 Mar 2026 10:00:00 +0000\r\nMessage-ID: <m@bcd.com>\r\nFrom: alice@bcd.com\r\nTo: staff@bcd.com\r\nSubject: all\r\n\r\n";
        await _sink.WaitAsync(1, Eventually.Limit, CancellationToken.None);
        string elsewhere = string.Concat(Assert.Single(_sink.Arrivals).Content.Split('\n')[..^1].Select(static line => (line.StartsWith('.') ? line[1..] : line) + "\r\n"));
        Assert.EndsWith("\r\n" + Changed + Body, elsewhere, StringComparison.Ordinal);
        Assert.Equal("postmaster@bcd.com", _sink.Arrivals.Single().Sender);
        Assert.True(await IsSignedAsync(elsewhere), elsewhere);

        string carol = await InboxAsync(DemoUser.Carol), bob = await InboxAsync(DemoUser.Bob), alice = await InboxAsync(DemoUser.Alice);
        Assert.EndsWith("\r\n" + Changed + Body, carol, StringComparison.Ordinal);
        Assert.Equal(carol, bob);
        Assert.EndsWith("\r\n" + Header + Body, alice, StringComparison.Ordinal);
        Assert.DoesNotContain("from nowhere", alice + carol + elsewhere, StringComparison.Ordinal);
        Assert.Contains("the store is sound", await commands.DoAsync(null, "store", "check"), StringComparison.Ordinal);
        Assert.Equal(1, (await _server.Wiring.Store.StatisticsAsync(CancellationToken.None)).Contents);
        Assert.Contains("List-Id: <staff.bcd.com>", await commands.DoAsync(null, "explain", "staff@bcd.com", "--login", "alice@bcd.com", "--from", "alice@bcd.com"), StringComparison.Ordinal);
    }

    private Task<string> InboxAsync(DemoUser user) => Eventually.SeesAsync(async () =>
        (await Program.RunAsync("curl", ["-s", "--user", $"{user.Address}:{user.Password}", $"imap://127.0.0.1:{_server.Imap}/INBOX;UID=1"])).Output, static text => text.Length > 0);

    /// <summary>It was signed after the change.</summary>
    private async Task<bool> IsSignedAsync(string message)
    {
        string file = Path.Combine(_server.Folder, "signed");
        await File.WriteAllTextAsync(file, message);
        Printed verified = await Program.RunAsync("/usr/bin/python3", ["-c", "import sys,dkim; print(dkim.verify(open(sys.argv[1],'rb').read(), dnsfunc=lambda n,timeout=5: sys.argv[2].encode()))", file, _published]);
        return verified.Output.Trim() == "True" && message.Contains("DKIM-Signature: ", StringComparison.Ordinal);
    }
}
