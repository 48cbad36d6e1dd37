using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace DirMail.Interop;

/// <summary>A private OpenLDAP in a temporary folder on a free port, with schema/, ldif/example.ldif and the access rules of ldif/acl.ldif. Ended by its process id.</summary>
public sealed partial class Slapd : IPrivateDirectory
{
    // the entries of schema/config.ldif that a directory administrator adds by ldif/overlays.ldif and ldif/indexes.ldif
    private static readonly string[] Overlays = ["syncprov", "unique", "constraint"];

    private readonly string _folder = Directory.CreateTempSubdirectory("dirmail-slapd-").FullName;
    private Process? _process;
    private bool _speaksTls;

    public int Port { get; } = FreePort.Take();

    public int TlsPort { get; } = FreePort.Take();

    public string Url => string.Create(CultureInfo.InvariantCulture, $"ldap://127.0.0.1:{Port}");

    public string Manager => "cn=manager,o=hosting";

    public string ManagerPassword => "manager-secret";

    public string IdAttribute => "entryUUID";

    public static Task<Slapd> StartAsync() => StartAsync(configuration => configuration);

    /// <summary>It also speaks TLS: on <see cref="TlsPort"/>, and by StartTLS on the other.</summary>
    public static Task<Slapd> StartAsync(ServerCertificate certificate) =>
        StartAsync(c => c.Replace("olcIdleTimeout: 0\n", $"olcIdleTimeout: 0\nolcTLSCertificateFile: {certificate.File}\nolcTLSCertificateKeyFile: {certificate.KeyFile}\n", StringComparison.Ordinal), speaksTls: true);

    /// <summary>Another one with the same entries, ids and times, as a replica has them.</summary>
    public async Task<Slapd> ReplicateAsync()
    {
        var replica = new Slapd();
        await replica.ConfigureAsync(configuration => configuration);
        string file = Path.Combine(replica._folder, "content.ldif");
        await OfflineAsync("slapcat", "-n", "1", "-F", Path.Combine(_folder, "slapd.d"), "-l", file);
        await OfflineAsync("slapadd", "-n", "1", "-F", Path.Combine(replica._folder, "slapd.d"), "-l", file);
        replica.Run();
        await replica.AnswersAsync();
        await replica.ConfigureAsync("ldif/acl.ldif");
        return replica;
    }

    /// <summary>Who was away gets the ids of all entries, not the changes.</summary>
    public static Task<Slapd> StartWithoutSessionLogAsync() => StartAsync(c => c.Replace("olcSpSessionlog: 1000\n", "", StringComparison.Ordinal));

    /// <summary>It keeps one change for who was away.</summary>
    public static Task<Slapd> StartWithShortSessionLogAsync() => StartAsync(c => c.Replace("olcSpSessionlog: 1000\n", "olcSpSessionlog: 1\n", StringComparison.Ordinal));

    /// <summary>
    /// It tells whose cookie is older than all it has that all must be asked for anew (RFC 4533 3.3.2), instead of sending the ids of all, and its entries are of 2020. Without a session log, which would be asked first.
    /// </summary>
    public static async Task<Slapd> StartWithReloadHintAsync()
    {
        Slapd slapd = await StartAsync(c => c.Replace("olcSpSessionlog: 1000\n", "olcSpReloadHint: TRUE\n", StringComparison.Ordinal));
        await slapd.ReloadAsync(line => ChangeNumber().Replace(line, "${name}2020"));
        return slapd;
    }

    /// <summary>Without content synchronisation: there DirMail has to poll.</summary>
    public static Task<Slapd> StartWithoutSyncAsync() => StartAsync(c => Without(c, "syncprov"));

    /// <summary>With the schema and a database, and what the named files of ldif/ add to it while it runs.</summary>
    public static async Task<Slapd> StartWithAsync(params string[] files)
    {
        Slapd slapd = await StartAsync(Bare);
        foreach (string file in files)
            await slapd.ConfigureAsync(file);
        return slapd;
    }

    public void Run()
    {
        string urls = _speaksTls ? string.Create(CultureInfo.InvariantCulture, $"{Url} ldaps://127.0.0.1:{TlsPort}") : Url;
        _process = Program.Start(new("/usr/sbin/slapd", ["-F", Path.Combine(_folder, "slapd.d"), "-h", urls, "-d", "0"]) { RedirectStandardError = true, RedirectStandardOutput = true });
    }

    /// <summary>It hangs (SIGSTOP): its system goes on taking connections and what is sent. Until SIGCONT, or a kill.</summary>
    internal Task HangAsync() => SignalAsync("STOP");

    internal Task GoOnAsync() => SignalAsync("CONT");

    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Stopped, with all entries lost; they are in the file that is given back.</summary>
    public async Task<string> LoseContentAsync()
    {
        await KillAsync();
        string file = Path.Combine(_folder, $"lost-{Guid.NewGuid():N}.ldif");
        await OfflineAsync("slapcat", "-n", "1", "-F", Path.Combine(_folder, "slapd.d"), "-l", file);
        foreach (string lost in Directory.GetFiles(Path.Combine(_folder, "data")))
            File.Delete(lost);
        return file;
    }

    /// <summary>A copy of its entries as they are, ids and times and all; it goes on running.</summary>
    public async Task<string> CopyContentAsync()
    {
        string file = Path.Combine(_folder, $"copy-{Guid.NewGuid():N}.ldif");
        await OfflineAsync("slapcat", "-n", "1", "-F", Path.Combine(_folder, "slapd.d"), "-l", file);
        return file;
    }

    /// <summary>Its entries are loaded anew, ids and all, without the numbers of their changes: all are as new as that.</summary>
    public Task RenewAsync() => ReloadAsync(static line => ChangeNumber().IsMatch(line) ? null : line);

    /// <param name="edit">Of each line of its content; null: without it.</param>
    private async Task ReloadAsync(Func<string, string?> edit)
    {
        string file = await LoseContentAsync();
        await File.WriteAllLinesAsync(file, (await File.ReadAllLinesAsync(file)).Select(edit).OfType<string>());
        await LoadContentAsync(file);
        Run();
        await AnswersAsync();
    }

    /// <summary>While it is stopped: the entries of the file, ids and all.</summary>
    public Task LoadContentAsync(string file) => OfflineAsync("slapadd", "-n", "1", "-F", Path.Combine(_folder, "slapd.d"), "-l", file);

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

    /// <summary>What the configuration holds: LDIF, lines not folded.</summary>
    internal async Task<string> ConfigurationAsync(string filter, params string[] attributes) =>
        (await Program.RunAsync("ldapsearch", ["-x", "-H", Url, "-D", "cn=admin,cn=config", "-w", "config-secret", "-LLL", "-o", "ldif-wrap=no", "-b", "cn=config", filter, .. attributes])).Output;

    private Task SignalAsync(string signal) => Program.RunAsync("bash", ["-c", string.Create(CultureInfo.InvariantCulture, $"kill -{signal} {_process!.Id}")]);

    private static async Task<Slapd> StartAsync(Func<string, string> edit, bool speaksTls = false)
    {
        var slapd = new Slapd { _speaksTls = speaksTls };
        await slapd.ConfigureAsync(edit);
        slapd.Run();
        await slapd.LoadAsync();
        return slapd;
    }

    private static string Bare(string configuration)
    {
        string bare = Overlays.Aggregate(configuration, Without);
        return string.Join('\n', bare.Split('\n').Where(l => !l.StartsWith("olcDbIndex:", StringComparison.Ordinal) && !Overlays.Any(o => l.EndsWith(o + ".so", StringComparison.Ordinal))));
    }

    private static string Without(string configuration, string overlay) =>
        string.Join("\n\n", configuration.Split("\n\n").Where(entry => !entry.Contains($"}}{overlay},olcDatabase", StringComparison.Ordinal)));

    private async Task ConfigureAsync(string file)
    {
        Printed done = await Program.RunAsync("ldapmodify", ["-x", "-H", Url, "-D", "cn=admin,cn=config", "-w", "config-secret", "-f", Program.File(file)]);
        if (done.ExitCode != 0)
            throw new InvalidOperationException($"{file}: {done.All}");
    }

    private async Task ConfigureAsync(Func<string, string> edit)
    {
        Directory.CreateDirectory(Path.Combine(_folder, "slapd.d"));
        Directory.CreateDirectory(Path.Combine(_folder, "data"));
        string configuration = edit(await File.ReadAllTextAsync(Program.File("schema/config.ldif")))
            .Replace("@W@", _folder, StringComparison.Ordinal).Replace("@M@", "/usr/lib/ldap", StringComparison.Ordinal)
            .Replace("@S@", "/etc/ldap/schema", StringComparison.Ordinal).Replace("@D@", Program.File("schema"), StringComparison.Ordinal);
        string file = Path.Combine(_folder, "config.ldif");
        await File.WriteAllTextAsync(file, configuration);
        await OfflineAsync("slapadd", "-n", "0", "-F", Path.Combine(_folder, "slapd.d"), "-l", file);
    }

    private static async Task OfflineAsync(string tool, params string[] arguments)
    {
        Printed done = await Program.RunAsync("/usr/sbin/" + tool, arguments);
        if (done.ExitCode != 0)
            throw new InvalidOperationException(done.All);
    }

    private async Task LoadAsync()
    {
        await AnswersAsync();
        Printed example = await Program.RunAsync("ldapadd", ["-x", "-H", Url, "-D", Manager, "-w", ManagerPassword, "-f", Program.File("ldif/example.ldif")]);
        if (example.ExitCode != 0)
            throw new InvalidOperationException(example.All);
        await ConfigureAsync("ldif/acl.ldif");
    }

    [GeneratedRegex("^(?<name>entryCSN: |contextCSN: )[0-9]{4}")]
    private static partial Regex ChangeNumber();
}
