using System.Security.Cryptography;
using DirMail.Demo;
using Xunit;

namespace DirMail.Interop;

/// <summary>What leaves is signed by its domain's key, and opendkim's own verifier and dkimpy find it right.</summary>
public sealed class DkimSigningTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dirmail-sign-").FullName;
    private readonly Sink _sink = new();
    private ServerSetup _setup = null!;
    private RunningServer _server = null!;
    private string _record = "";

    public async Task InitializeAsync()
    {
        _setup = new(sinkPort: _sink.Port);
        string settings = await File.ReadAllTextAsync(_setup.SettingsFile);
        string changed = settings.Insert(settings.IndexOf('{', StringComparison.Ordinal) + 1, "\"dkim\": { \"bcd.com\": \"s2026\" },");
        await File.WriteAllTextAsync(_setup.SettingsFile, changed);
        Printed made = await DkimAsync();
        Assert.True(made.ExitCode == 0, made.All);
        _record = made.Output;
        _server = new(_setup);
        await _server.InitializeAsync();
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        await _sink.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task What_leaves_is_signed_and_others_find_it_right()
    {
        Assert.Contains("s2026._domainkey.bcd.com. IN TXT ( \"v=DKIM1; k=rsa; p=", _record, StringComparison.Ordinal);
        string key = Path.Combine(_setup.Folder, "data", "dkim", "bcd.com.s2026.pem");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(key));
        // asked again, the same key
        Assert.Equal(_record, (await DkimAsync()).Output);

        await SubmitAsync(DemoUser.Bob, "Subject: signed\r\n  over two lines\r\nFrom: Bob <bob@bcd.com>\r\nTo: x@xyz.test\r\nCc: y@xyz.test\r\n\r\nHello  \r\n\r\n.dot\r\n" + new string('x', 200_000 / 10) + "\r\n\r\n\r\n");
        string message = await LeftAsync();
        Assert.StartsWith("DKIM-Signature: ", message, StringComparison.Ordinal);
        Assert.Contains("from:from", message.Replace("\r\n\t", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase);

        string file = Path.Combine(_folder, "message"), keys = Path.Combine(_folder, "keys"), configuration = Path.Combine(_folder, "conf");
        string published = string.Concat(_record[_record.IndexOf('(', StringComparison.Ordinal).._record.IndexOf(')', StringComparison.Ordinal)].Split('"').Where(static (_, i) => i % 2 == 1));
        await File.WriteAllTextAsync(file, message);
        await File.WriteAllTextAsync(keys, $"s2026._domainkey.bcd.com {published}\n");
        await File.WriteAllTextAsync(configuration, $"Mode v\nSyslog no\nTestPublicKeys {keys}\n");
        Printed opendkim = await Program.RunAsync("opendkim", ["-x", configuration, "-t", file, "-v"]);
        Assert.Contains("(s=s2026, d=bcd.com, 2048-bit key) succeeded", opendkim.All, StringComparison.Ordinal);
        Printed dkimpy = await Program.RunAsync("/usr/bin/python3", ["-c", "import sys,dkim; print(dkim.verify(open(sys.argv[1],'rb').read(), dnsfunc=lambda n,timeout=5: sys.argv[2].encode()))", file, published]);
        Assert.Equal("True", dkimpy.Output.Trim());
    }

    /// <summary>Another key in the same file signs the next messages, without a restart; half a key is none, and the one before stays.</summary>
    [Fact]
    public async Task A_key_is_read_again_when_its_file_changes()
    {
        string file = Path.Combine(_setup.Folder, "data", "dkim", "bcd.com.s2026.pem");
        await File.WriteAllTextAsync(file, "-----BEGIN PRIVATE KEY-----\nMIIE");
        using var key = RSA.Create(2048);
        string published = $"v=DKIM1; k=rsa; p={Convert.ToBase64String(key.ExportSubjectPublicKeyInfo())}", message = Path.Combine(_folder, "again");
        int sent = 0;
        await Eventually.SeesAsync(async () =>
        {
            await SubmitAsync(DemoUser.Bob, "Subject: again\r\nFrom: bob@bcd.com\r\n\r\nHello\r\n");
            await _sink.WaitAsync(++sent, Eventually.Limit, CancellationToken.None);
            await File.WriteAllTextAsync(message, _sink.Arrivals.Last().Content.Replace("\n", "\r\n", StringComparison.Ordinal));
            if (sent == 1)
                await File.WriteAllTextAsync(file, key.ExportPkcs8PrivateKeyPem());
            return (await Program.RunAsync("/usr/bin/python3", ["-c", "import sys,dkim; print(dkim.verify(open(sys.argv[1],'rb').read(), dnsfunc=lambda n,timeout=5: sys.argv[2].encode()))", message, published])).Output.Trim();
        }, static verified => verified == "True");
    }

    [Fact]
    public async Task A_domain_without_a_key_signs_nothing()
    {
        await SubmitAsync(DemoUser.Carol, "Subject: plain\r\nFrom: carol@cde.com\r\n\r\nHello\r\n");
        Assert.DoesNotContain("DKIM-Signature", await LeftAsync(), StringComparison.Ordinal);
    }

    private Task<Printed> DkimAsync() => Program.RunAsync(ServerProcess.File, ["domain", "dkim", "bcd.com", "--settings", _setup.SettingsFile]);

    /// <summary>The only message that came to the sink, as it was on the wire.</summary>
    private async Task<string> LeftAsync()
    {
        await _sink.WaitAsync(1, Eventually.Limit, CancellationToken.None);
        return string.Concat(Assert.Single(_sink.Arrivals).Content.Split('\n')[..^1].Select(static line => (line.StartsWith('.') ? line[1..] : line) + "\r\n"));
    }

    private async Task SubmitAsync(DemoUser user, string message)
    {
        string file = Path.Combine(_folder, Guid.NewGuid().ToString("n"));
        await File.WriteAllTextAsync(file, message);
        Printed printed = await Program.RunAsync("swaks", ["--server", $"127.0.0.1:{_server.Submission}", "--from", user.Address, "--to", "x@xyz.test", "--auth", "PLAIN", "--auth-user", user.Address, "--auth-password", user.Password, "--data", "@" + file]);
        Assert.True(printed.ExitCode == 0, printed.All);
    }
}
