using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;

namespace DirMail.Interop;

/// <summary>A private nsd (the authoritative name server of NLnet Labs) with zones of the test's, in a temporary folder on a free port of loopback, or where the test says. Ended by its process id.</summary>
internal sealed class Nsd : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dirmail-nsd-").FullName;
    private readonly IPEndPoint _at;
    private readonly Process _process;

    /// <param name="zones">Names, and the records below SOA and NS.</param>
    private Nsd(IReadOnlyDictionary<string, string> zones, IPEndPoint at)
    {
        _at = at;
        var configuration = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"""
            server:
              ip-address: {at.Address}@{at.Port}
              username: ""
              chroot: ""
              zonesdir: "{_folder}"
              database: ""
              pidfile: "{_folder}/nsd.pid"
              xfrdfile: "{_folder}/xfrd.state"
              zonelistfile: "{_folder}/zone.list"
              xfrdir: "{_folder}"
              server-count: 1
            remote-control:
              control-enable: no

            """));
        foreach ((string name, string records) in zones)
        {
            File.WriteAllText(Path.Combine(_folder, name), $"$TTL 60\n@ IN SOA ns.{name}. root.{name}. 1 3600 600 86400 60\n@ IN NS ns.{name}.\n{records}\n");
            configuration.Append(CultureInfo.InvariantCulture, $"zone:\n  name: {name}\n  zonefile: {name}\n");
        }
        string file = Path.Combine(_folder, "nsd.conf");
        File.WriteAllText(file, configuration.ToString());
        _process = Program.Start(new("/usr/sbin/nsd", ["-d", "-c", file]) { RedirectStandardError = true, RedirectStandardOutput = true });
    }

    public int Port => _at.Port;

    public static async Task<Nsd> StartAsync(IReadOnlyDictionary<string, string> zones, IPEndPoint? at = null)
    {
        var server = new Nsd(zones, at ?? new(IPAddress.Loopback, FreePort.Take()));
        string name = zones.Keys.First();
        using var dns = new DnsProbe(server._at);
        for (long end = Environment.TickCount64 + 30_000; Environment.TickCount64 < end && !server._process.HasExited; await Task.Delay(10))
            if (await dns.AnswersAsync(name))
                return server;
        string said = server._process.HasExited ? await server._process.StandardError.ReadToEndAsync() : "no answer";
        await server.DisposeAsync();
        throw new InvalidOperationException($"nsd does not serve {name}: {said}");
    }

    public Task StopAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        return _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Asks by the product's own client, as that is what will ask.</summary>
    private sealed class DnsProbe(IPEndPoint server) : IDisposable
    {
        private readonly CancellationTokenSource _end = new();

        public async Task<bool> AnswersAsync(string name)
        {
            var client = new Wire.DnsClient(new() { Servers = [server], Timeout = TimeSpan.FromMilliseconds(100), Rounds = 1, CacheEntries = 1 }, TimeProvider.System);
            return (await client.MxAsync(name, _end.Token)).Status != Wire.DnsStatus.Unavailable;
        }

        public void Dispose() => _end.Dispose();
    }
}
