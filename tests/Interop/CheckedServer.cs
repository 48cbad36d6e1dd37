using System.Globalization;
using Xunit;

namespace DirMail.Interop;

/// <summary>A running server that checks what comes, with policies served by nsd.</summary>
public sealed class CheckedServer : IAsyncLifetime
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("dirmail-checks-").FullName;
    private Nsd _nsd = null!;
    public RunningServer Server { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        var setup = new ServerSetup();
        string key = await DkimKeys.MakeAsync(Folder, "sender.test", "s1"), seal = await DkimKeys.MakeAsync(Folder, "lists.test", "arc");
        string ed25519 = await DkimKeys.MakeEd25519Async(Folder, "sender.test", "ed");
        _nsd = await Nsd.StartAsync(new Dictionary<string, string>
        {
            ["sender.test"] = $"@ IN TXT \"v=spf1 ip4:127.0.0.8 -all\"\ns1._domainkey IN TXT {key}\ned._domainkey IN TXT {ed25519}\n_dmarc IN TXT \"v=DMARC1; p=reject; sp=quarantine\"\n",
            ["friendly.test"] = "@ IN TXT \"v=spf1 ip4:127.0.0.1 -all\"\nmx IN TXT \"v=spf1 ~all\"\n",
            ["lists.test"] = $"@ IN TXT \"v=spf1 ip4:127.0.0.1 -all\"\narc._domainkey IN TXT {seal}\n",
            ["silent.test"] = "@ IN A 127.0.0.1\n",
            ["0.0.127.in-addr.arpa"] = "1 IN PTR mx.friendly.test.\n",
            ["list.test"] = "3.0.0.127 IN A 127.0.0.2\n3.0.0.127 IN TXT \"sends junk\"\n4.0.0.127 IN A 127.0.0.9\n",
            ["wild.test"] = "* IN A 127.0.0.2\n",
        });
        string settings = await File.ReadAllTextAsync(setup.SettingsFile);
        string changed = settings.Replace("\"dns\": { \"servers\": [\"none\"] }", string.Create(CultureInfo.InvariantCulture,
            $"\"dns\": {{ \"servers\": [\"127.0.0.1:{_nsd.Port}\"] }}, \"checks\": {{ \"trustedSealers\": [\"lists.test\"], \"blockLists\": [\"list.test=127.0.0.2\", \"wild.test\"], \"off\": {{ \"cde.com\": [\"dmarc\"] }} }}"), StringComparison.Ordinal);
        Assert.NotEqual(settings, changed);
        await File.WriteAllTextAsync(setup.SettingsFile, changed);
        Server = new(setup);
        await Server.InitializeAsync();
    }

    public async Task DisposeAsync()
    {
        await Server.DisposeAsync();
        await _nsd.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }
}
