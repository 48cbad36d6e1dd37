using System.Globalization;
using DirMail.Demo;
using DirMail.Verbs;
using Xunit;

namespace DirMail.Interop;

/// <summary>What is off unless set, at RCPT: greylisting, and SPF that refuses.</summary>
public sealed class GreylistTests
{
    [Fact]
    public async Task Strangers_come_again_and_the_ruled_out_go()
    {
        await using Nsd nsd = await Nsd.StartAsync(new Dictionary<string, string>
        {
            ["friendly.test"] = "@ IN TXT \"v=spf1 ip4:127.0.0.1 -all\"\n",
            ["strict.test"] = "@ IN TXT \"v=spf1 -all exp=why.strict.test\"\nwhy IN TXT \"%{i} sends nothing of %{d}\"\n",
        });
        var setup = new ServerSetup();
        string settings = await File.ReadAllTextAsync(setup.SettingsFile);
        await File.WriteAllTextAsync(setup.SettingsFile, settings.Replace("\"dns\": { \"servers\": [\"none\"] }", string.Create(CultureInfo.InvariantCulture,
            $"\"dns\": {{ \"servers\": [\"127.0.0.1:{nsd.Port}\"] }}, \"checks\": {{ \"spf\": \"refuse\", \"greylistDelay\": \"1ms\", \"off\": {{ \"cde.com\": [\"greylist\"] }} }}"), StringComparison.Ordinal));
        var server = new RunningServer(setup);
        await server.InitializeAsync();
        try
        {
            Assert.StartsWith("550 5.7.23 the sender's domain says: 127.0.0.1 sends nothing of strict.test", await AskAsync(server, "ann@strict.test", DemoUser.Alice.Address), StringComparison.Ordinal);
            Assert.StartsWith("451 4.7.1", await AskAsync(server, "ann@friendly.test", DemoUser.Alice.Address), StringComparison.Ordinal);
            Assert.StartsWith("250", await AskAsync(server, "ann@friendly.test", DemoUser.Alice.Address), StringComparison.Ordinal);
            Assert.StartsWith("451 4.7.1", await AskAsync(server, "other@friendly.test", DemoUser.Alice.Address), StringComparison.Ordinal);
            Assert.StartsWith("250", await AskAsync(server, "ann@friendly.test", DemoUser.Carol.Address), StringComparison.Ordinal);
        }
        finally
        {
            await server.DisposeAsync();
        }
    }

    private static async Task<string> AskAsync(RunningServer server, string sender, string recipient)
    {
        await using Dialogue smtp = await RemoteServer.GreetAsync(server.Smtp);
        await smtp.SmtpAsync($"MAIL FROM:<{sender}>", CancellationToken.None);
        return await smtp.SmtpAsync($"RCPT TO:<{recipient}>", CancellationToken.None);
    }
}
