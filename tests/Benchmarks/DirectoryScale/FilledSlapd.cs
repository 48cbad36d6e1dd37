using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using DirMail.Ldap;

namespace DirMail.Benchmarks;

/// <summary>A private slapd with schema/ and an mdb database in a temporary folder, filled by slapadd. Ended by its process id.</summary>
internal sealed class FilledSlapd : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dirmail-scale-").FullName;
    private readonly string _checkout = Checkout();
    private Process? _process;

    private FilledSlapd() => Url = string.Create(CultureInfo.InvariantCulture, $"ldap://127.0.0.1:{FreePort()}");

    public string Url { get; }

    public TimeSpan ProcessorTime
    {
        get
        {
            _process!.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    public static async Task<FilledSlapd> StartAsync(SyntheticDirectory directory, bool withAcl)
    {
        var slapd = new FilledSlapd();
        try
        {
            await slapd.ConfigureAsync();
            await slapd.FillAsync(directory);
            slapd._process = Process.Start(new ProcessStartInfo("/usr/sbin/slapd", ["-F", slapd.PathOf("slapd.d"), "-h", slapd.Url, "-d", "0"]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            await slapd.AnswersAsync();
            if (withAcl)
                await RunAsync("ldapmodify", ["-x", "-H", slapd.Url, "-D", "cn=admin,cn=config", "-w", "config-secret", "-f", Path.Combine(slapd._checkout, "ldif/acl.ldif")]);
            return slapd;
        }
        catch
        {
            await slapd.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }
        Directory.Delete(_folder, recursive: true);
    }

    private async Task ConfigureAsync()
    {
        Directory.CreateDirectory(PathOf("slapd.d"));
        Directory.CreateDirectory(PathOf("data"));
        string configuration = (await File.ReadAllTextAsync(Path.Combine(_checkout, "schema/config.ldif")))
            .Replace("@W@", _folder, StringComparison.Ordinal).Replace("@M@", "/usr/lib/ldap", StringComparison.Ordinal)
            .Replace("@S@", "/etc/ldap/schema", StringComparison.Ordinal).Replace("@D@", Path.Combine(_checkout, "schema"), StringComparison.Ordinal)
            .Replace("olcDbMaxSize: 268435456", "olcDbMaxSize: 17179869184", StringComparison.Ordinal);
        await File.WriteAllTextAsync(PathOf("config.ldif"), configuration);
        await RunAsync("/usr/sbin/slapadd", ["-n", "0", "-F", PathOf("slapd.d"), "-l", PathOf("config.ldif")]);
    }

    /// <summary>The upper part comes from ldif/example.ldif (root and services, with the service account), the domains are made.</summary>
    private async Task FillAsync(SyntheticDirectory directory)
    {
        using Process slapadd = Process.Start(new ProcessStartInfo("/usr/sbin/slapadd", ["-q", "-n", "1", "-F", PathOf("slapd.d")]) { RedirectStandardInput = true, RedirectStandardError = true, RedirectStandardOutput = true })!;
        Task<string> said = slapadd.StandardError.ReadToEndAsync(), told = slapadd.StandardOutput.ReadToEndAsync();
        var progress = new Progress("entries into slapd", directory.Users + (2 * directory.Domains));
        try
        {
            await slapadd.StandardInput.WriteAsync(await UpperPartAsync());
            foreach (SyntheticEntry[] batch in directory.Entries().Chunk(1000))
            {
                foreach (SyntheticEntry entry in batch)
                    await WriteAsync(slapadd.StandardInput, entry);
                progress.Advance(batch.Length);
            }
            slapadd.StandardInput.Close();
        }
        catch (IOException)
        {
            // it has ended: its own words say why
        }
        await slapadd.WaitForExitAsync();
        progress.End();
        if (slapadd.ExitCode != 0)
            throw new InvalidOperationException(await said + await told);
    }

    private static async Task WriteAsync(StreamWriter ldif, SyntheticEntry entry)
    {
        await ldif.WriteAsync($"dn: {entry.Dn}\nentryUUID: {entry.Id.Value}\n");
        foreach (LdapAttribute attribute in entry.Attributes)
            foreach (byte[] value in attribute.Values)
                await ldif.WriteAsync($"{attribute.Description}: {System.Text.Encoding.UTF8.GetString(value)}\n");
        if (entry.Attributes.Any(a => a.Description == "uid"))
            await ldif.WriteAsync("userPassword: {SSHA}n6omphy0pD0Hh59w+dTWJi3Qs5XQbtFI\n");
        await ldif.WriteAsync("\n");
        if (entry.Attributes.FirstOrDefault(a => a.Description == "o") is not null)
            await ldif.WriteAsync($"dn: ou=People,{entry.Dn}\nobjectClass: organizationalUnit\nou: People\n\ndn: ou=Groups,{entry.Dn}\nobjectClass: organizationalUnit\nou: Groups\n\n");
    }

    private async Task<string> UpperPartAsync()
    {
        string example = await File.ReadAllTextAsync(Path.Combine(_checkout, "ldif/example.ldif"));
        return example[..example.IndexOf("# ---", StringComparison.Ordinal)];
    }

    private async Task AnswersAsync()
    {
        using var client = new TcpClient();
        for (int attempt = 1; ; attempt++)
            try
            {
                await client.ConnectAsync(IPAddress.Loopback, new Uri(Url).Port);
                return;
            }
            catch (SocketException) when (attempt < 100)
            {
                await Task.Delay(100);
            }
    }

    private static async Task RunAsync(string program, string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        Task<string> said = process.StandardError.ReadToEndAsync(), told = process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program}: {await said}{await told}");
    }

    private string PathOf(string name) => Path.Combine(_folder, name);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string Checkout()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "DirMail.sln")))
                return folder.FullName;
        throw new InvalidOperationException("run it inside the checkout");
    }
}
