using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace DirMail.Interop;

/// <summary>
/// A private 389 Directory Server in a temporary folder on a free port, with schema/, ldif/example.ldif and what ldif/ holds for it. Made from the configuration template of the Debian
/// package, without its set-up program: that would write outside the folder. Ended by its process id.
/// </summary>
public sealed class Ds389 : IPrivateDirectory
{
    // of ManagerPassword: the server takes no plain one from its file
    private const string ManagerHash = "{SSHA512}/lyz262bE6uLdVsOGrnWZ48lFjl5AwAZFu4gLifKKVSUQxgJwzX0LiXRQ1v3mvbUyT+PSk20iZPtCknZ5fKUjGRpcm1haWw0";
    private const string Package = "/usr/share/dirsrv/data";

    private static readonly string[] Folders = ["schema", "db", "log", "lock", "run", "tmp", "ldif", "bak"];

    private readonly string _folder = Directory.CreateTempSubdirectory("dirmail-389ds-").FullName;
    private Process? _process;

    private Ds389() { }

    public string Manager => "cn=Directory Manager";

    public string ManagerPassword => "manager-secret";

    public string IdAttribute => "nsUniqueId";

    public int Port { get; } = FreePort.Take();

    public string Url => string.Create(CultureInfo.InvariantCulture, $"ldap://127.0.0.1:{Port}");

    /// <summary>With content synchronisation.</summary>
    public static Task<Ds389> StartAsync() => StartAsync("ldif/plugins-389.ldif");

    /// <summary>Without: there DirMail has to poll.</summary>
    public static Task<Ds389> StartWithoutSyncAsync() => StartAsync("ldif/polled-389.ldif");

    /// <summary>Its files of process ids are named because it takes /dev/null else, and makes that read-only for others.</summary>
    public void Run() => _process = Program.Start(new("/usr/sbin/ns-slapd", ["-D", _folder, "-i", Path.Combine(_folder, "run", "pid"), "-w", Path.Combine(_folder, "run", "startpid"), "-d", "0"]) { RedirectStandardError = true, RedirectStandardOutput = true });

    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    /// <summary>Until it answers; one that ends instead fails the test with its own words.</summary>
    public async Task AnswersAsync()
    {
        for (int i = 0; i < 300; i++)
        {
            if ((await Program.RunAsync("ldapsearch", ["-x", "-H", Url, "-s", "base", "-b", "", "-LLL", "namingContexts"])).ExitCode == 0)
                return;
            if (_process!.HasExited)
                throw new InvalidOperationException($"ns-slapd ended: {await _process.StandardError.ReadToEndAsync()}{Log()}");
            await Task.Delay(50);
        }
        throw new InvalidOperationException($"ns-slapd does not answer: {Log()}");
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await KillAsync();
        Directory.Delete(_folder, recursive: true);
        // the one thing that it makes elsewhere: the semaphore of its statistics, left behind by a kill
        File.Delete($"/dev/shm/sem.{Path.GetFileName(_folder)}.stats");
    }

    /// <summary>Runs one of ldap-utils as the manager.</summary>
    internal async Task<string> AsManagerAsync(string tool, string file)
    {
        Printed done = await Program.RunAsync(tool, ["-x", "-H", Url, "-D", Manager, "-w", ManagerPassword, "-f", Program.File(file)]);
        return done.ExitCode == 0 ? done.Output : throw new InvalidOperationException($"{tool} {file}: {done.All}");
    }

    private static async Task<Ds389> StartAsync(string plugins)
    {
        var server = new Ds389();
        try
        {
            await server.ConfigureAsync();
            server.Run();
            await server.AnswersAsync();
            await server.SwitchOnAsync(plugins);
            await server.AsManagerAsync("ldapmodify", "ldif/indexes-389.ldif");
            await server.AsManagerAsync("ldapadd", "ldif/example.ldif");
            await server.AsManagerAsync("ldapmodify", "ldif/aci-389.ldif");
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Plugins come with a restart.</summary>
    private async Task SwitchOnAsync(string plugins)
    {
        await AsManagerAsync("ldapmodify", plugins);
        await KillAsync();
        Run();
        await AnswersAsync();
    }

    private async Task ConfigureAsync()
    {
        foreach (string folder in Folders)
            Directory.CreateDirectory(Path.Combine(_folder, folder));
        File.Copy(Program.File("schema/dirmail-389.ldif"), Path.Combine(_folder, "schema/97dirmail.ldif"));
        File.Copy("/etc/dirsrv/config/slapd-collations.conf", Path.Combine(_folder, "slapd-collations.conf"));
        string backend = await ReadTemplateAsync("template-suffix-db.ldif");
        var configuration = new StringBuilder((await ReadTemplateAsync("template-dse.ldif")).TrimEnd()).Append("\n\n").Append(backend);
        foreach ((string name, string value) in Values())
            configuration.Replace($"%{name}%", value);
        await File.WriteAllTextAsync(Path.Combine(_folder, "dse.ldif"), configuration.ToString());
    }

    private static async Task<string> ReadTemplateAsync(string name)
    {
        string file = Path.Combine(Package, name);
        return File.Exists(file) ? await File.ReadAllTextAsync(file) : throw new InvalidOperationException("389-ds-base is not installed: ./test installs what the tests need");
    }

    private Dictionary<string, string> Values() => new()
    {
        ["schema_dir"] = Path.Combine(_folder, "schema"),
        ["lock_dir"] = Path.Combine(_folder, "lock"),
        ["tmp_dir"] = Path.Combine(_folder, "tmp"),
        ["ldif_dir"] = Path.Combine(_folder, "ldif"),
        ["bak_dir"] = Path.Combine(_folder, "bak"),
        ["run_dir"] = Path.Combine(_folder, "run"),
        ["log_dir"] = Path.Combine(_folder, "log"),
        ["db_dir"] = Path.Combine(_folder, "db"),
        ["db_home_dir"] = Path.Combine(_folder, "db"),
        ["cert_dir"] = _folder,
        ["inst_dir"] = _folder,
        ["config_dir"] = _folder,
        ["db_lib"] = "bdb",
        ["fqdn"] = "localhost",
        ["ds_port"] = Port.ToString(CultureInfo.InvariantCulture),
        ["ds_user"] = Environment.UserName,
        ["rootdn"] = Manager,
        ["ds_passwd"] = ManagerHash,
        ["ldapi_enabled"] = "off",
        ["ldapi_autobind"] = "off",
        ["ldapi"] = Path.Combine(_folder, "ldapi"),
        ["ds_suffix"] = "o=hosting",
        ["ds_bename"] = "hosting",
    };

    private string Log()
    {
        string errors = Path.Combine(_folder, "log", "errors");
        return File.Exists(errors) ? File.ReadAllText(errors) : "";
    }
}
