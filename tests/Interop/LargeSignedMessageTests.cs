using System.Globalization;
using DirMail.Demo;
using Xunit;

namespace DirMail.Interop;

/// <summary>A signed message of 100 MB is verified as it comes by, and signed as it leaves, in a process that may have 200 MB of heap.</summary>
public sealed class LargeSignedMessageTests
{
    [Fact]
    public async Task A_large_message_is_verified_and_signed_in_a_small_heap()
    {
        string folder = Directory.CreateTempSubdirectory("dirmail-large-").FullName;
        string key = await DkimKeys.MakeAsync(folder, "sender.test", "s1");
        await using Nsd nsd = await Nsd.StartAsync(new Dictionary<string, string> { ["sender.test"] = $"s1._domainkey IN TXT {key}\n_dmarc IN TXT \"v=DMARC1; p=reject\"\n" });
        await using var sink = new Sink();
        using var setup = new ServerSetup(sinkPort: sink.Port);
        string settings = await File.ReadAllTextAsync(setup.SettingsFile);
        await File.WriteAllTextAsync(setup.SettingsFile, settings.Replace("\"dns\": { \"servers\": [\"none\"] }", string.Create(CultureInfo.InvariantCulture,
            $"\"dns\": {{ \"servers\": [\"127.0.0.1:{nsd.Port}\"] }}, \"limits\": {{ \"messageSize\": \"150M\" }}, \"dkim\": {{ \"bcd.com\": \"s1\" }}"), StringComparison.Ordinal));
        Assert.Equal(0, (await Program.RunAsync(ServerProcess.File, ["domain", "dkim", "bcd.com", "--settings", setup.SettingsFile])).ExitCode);
        await using ServerProcess server = await ServerProcess.StartAsync(setup, ("DOTNET_GCHeapHardLimit", "0xC800000"));

        string client = Path.Combine(folder, "client.py");
        await File.WriteAllTextAsync(client, """
            import sys, dkim, smtplib
            smtp, submission, pem, user, password = sys.argv[1:]
            body = b'a line of  a large message, with blanks at its end  \r\n' * 2_000_000
            head = lambda sender, to: b'From: ' + sender + b'\r\nTo: ' + to + b'\r\nSubject: large\r\n\r\n'
            message = head(b'ann@sender.test', user.encode()) + body
            signature = dkim.sign(message, b's1', b'sender.test', open(pem, 'rb').read(), canonicalize=(b'relaxed', b'relaxed'))
            with smtplib.SMTP('127.0.0.1', int(smtp)) as s:
                s.sendmail('ann@sender.test', [user], signature + message)
            with smtplib.SMTP('127.0.0.1', int(submission)) as s:
                s.login(user, password)
                s.sendmail(user, ['x@xyz.test'], head(user.encode(), b'x@xyz.test') + body)
            """);
        Printed sent = await Program.RunAsync("/usr/bin/python3",
            [client, setup.Smtp.ToString(CultureInfo.InvariantCulture), setup.Submission.ToString(CultureInfo.InvariantCulture), DkimKeys.PemOf(folder, "sender.test", "s1"), DemoUser.Alice.Address, DemoUser.Alice.Password]);
        Assert.True(sent.ExitCode == 0, sent.Error);
        Printed header = await Program.RunAsync("curl", ["-s", "-u", $"{DemoUser.Alice.Address}:{DemoUser.Alice.Password}", $"imap://127.0.0.1:{setup.Imap}/INBOX;MAILINDEX=1;SECTION=HEADER"]);
        Assert.Contains("dkim=pass", header.Output, StringComparison.Ordinal);
        Assert.Contains("dmarc=pass", header.Output, StringComparison.Ordinal);
        await sink.WaitAsync(1, Eventually.Limit, CancellationToken.None);
        Assert.StartsWith("DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=bcd.com; s=s1;", Assert.Single(sink.Arrivals).Content[..200], StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }
}
