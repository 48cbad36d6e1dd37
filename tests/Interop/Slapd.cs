using System.Diagnostics;
using System.Globalization;

namespace DirMail.Interop;

/// <summary>A private OpenLDAP in a temporary folder on a free port, with schema/, ldif/example.ldif and the access rules of ldif/acl.ldif. Ended by its process id.</summary>
public sealed class Slapd : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dirmail-slapd-").FullName;
    private Process? _process;

    public int Port { get; } = FreePort.Take();

    public string Url => string.Create(CultureInfo.InvariantCulture, $"ldap://127.0.0.1:{Port}");

    public static async Task<Slapd> StartAsync()
    {
        var slapd = new Slapd();
        await slapd.ConfigureAsync();
        slapd.Run();
        await slapd.LoadAsync();
        return slapd;
    }

    /// <summary>Starts again with the data it had.</summary>
    public void Run() => _process = Program.Start(new("/usr/sbin/slapd", ["-F", Path.Combine(_folder, "slapd.d"), "-h", Url, "-d", "0"]) { RedirectStandardError = true, RedirectStandardOutput = true });

    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
            await KillAsync();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Until it answers; a directory that does not start fails the test with its own words.</summary>
    public async Task AnswersAsync()
    {
        for (int i = 0; i < 100; i++)
        {
            if ((await Program.RunAsync("ldapsearch", ["-x", "-H", Url, "-s", "base", "-b", "", "-LLL", "namingContexts"])).ExitCode == 0)
                return;
            await Task.Delay(50);
        }
        throw new InvalidOperationException("slapd does not answer");
    }

    private async Task ConfigureAsync()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "slapd.d"));
        Directory.CreateDirectory(Path.Combine(_folder, "data"));
        string configuration = (await File.ReadAllTextAsync(Program.File("schema/config.ldif")))
            .Replace("@W@", _folder, StringComparison.Ordinal).Replace("@M@", "/usr/lib/ldap", StringComparison.Ordinal)
            .Replace("@S@", "/etc/ldap/schema", StringComparison.Ordinal).Replace("@D@", Program.File("schema"), StringComparison.Ordinal);
        string file = Path.Combine(_folder, "config.ldif");
        await File.WriteAllTextAsync(file, configuration);
        Printed added = await Program.RunAsync("/usr/sbin/slapadd", ["-n", "0", "-F", Path.Combine(_folder, "slapd.d"), "-l", file]);
        if (added.ExitCode != 0)
            throw new InvalidOperationException(added.All);
    }

    private async Task LoadAsync()
    {
        await AnswersAsync();
        Printed example = await Program.RunAsync("ldapadd", ["-x", "-H", Url, "-D", "cn=manager,o=hosting", "-w", "manager-secret", "-f", Program.File("ldif/example.ldif")]);
        Printed rules = await Program.RunAsync("ldapmodify", ["-x", "-H", Url, "-D", "cn=admin,cn=config", "-w", "config-secret", "-f", Program.File("ldif/acl.ldif")]);
        if (example.ExitCode != 0 || rules.ExitCode != 0)
            throw new InvalidOperationException(example.All + rules.All);
    }
}
