using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using DirMail.Admin;
using DirMail.Routing;

namespace DirMail.Demo;

/// <summary>The real server, as a process of its own, in a temporary data folder on free ports: what is shown is what `dirmail serve` does.</summary>
internal sealed class DemoServer : IAsyncDisposable
{
    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(20);

    private readonly string _settingsFile;
    private Process? _process;

    private DemoServer(string folder, string? directoryUrl, int sinkPort)
    {
        Folder = folder;
        int[] ports = FreePorts(5);
        (Smtp, Submission, Pop3, Imap) = (Local(ports[0]), Local(ports[1]), Local(ports[2]), Local(ports[3]));
        Directory = new() { Urls = [directoryUrl ?? $"ldap://127.0.0.1:{ports[4]}"] };
        _settingsFile = Path.Combine(folder, "dirmail.json");
        File.WriteAllText(_settingsFile, string.Create(CultureInfo.InvariantCulture, $$"""
            {
              "dataFolder": "data",
              "listen": { "smtp": {{ports[0]}}, "submission": {{ports[1]}}, "pop3": {{ports[2]}}, "imap": {{ports[3]}}, "submissions": "off", "pop3s": "off", "imaps": "off", "lmtp": "off" },
              "embeddedDirectory": { "enabled": {{(directoryUrl is null ? "true" : "false")}}, "listen": "127.0.0.1:{{ports[4]}}" },
              "directory": { "url": "{{Directory.Url}}"{{(directoryUrl is null ? "" : ", \"bindPassword\": \"dirmail-secret\"")}} },
              "dns": { "servers": ["none"] },
              "routes": { "xyz.test": "127.0.0.1:{{sinkPort}}" }
            }
            """));
    }

    public string Folder { get; }
    public IPEndPoint Smtp { get; }
    public IPEndPoint Submission { get; }
    public IPEndPoint Pop3 { get; }
    public IPEndPoint Imap { get; }
    public DirectorySettings Directory { get; }
    public int ProcessId => _process?.Id ?? 0;

    /// <param name="directoryUrl">An outside directory that already holds the example; null: the embedded one.</param>
    public static async Task<DemoServer> StartAsync(string folder, string? directoryUrl, int sinkPort, CancellationToken cancellationToken)
    {
        var server = new DemoServer(folder, directoryUrl, sinkPort);
        await server.StartAsync(cancellationToken);
        return server;
    }

    public ControlClient Control() => new(Path.Combine(Folder, "data"));

    /// <summary>Starts the process and waits until it has a routing table and listens.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        string program = Environment.ProcessPath!;
        string[] arguments = ["serve", "--example", "--settings", _settingsFile];
        if (Path.GetFileNameWithoutExtension(program) == "dotnet")
            arguments = [typeof(DemoServer).Assembly.Location, .. arguments];
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        _process = Process.Start(start) ?? throw new InvalidOperationException($"{program} could not be started");
        string log = Path.Combine(Folder, "server.log");
        _process.OutputDataReceived += (_, line) => Note(log, line.Data);
        _process.ErrorDataReceived += (_, line) => Note(log, line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await UntilReadyAsync(log, cancellationToken);
    }

    /// <summary>SIGKILL: no goodbye, nothing flushed.</summary>
    public async Task KillAsync(CancellationToken cancellationToken)
    {
        _process!.Kill();
        await _process.WaitForExitAsync(cancellationToken);
        _process.Dispose();
        _process = null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
            await KillAsync(CancellationToken.None);
    }

    private async Task UntilReadyAsync(string log, CancellationToken cancellationToken)
    {
        long end = Environment.TickCount64 + (long)StartTime.TotalMilliseconds;
        using ControlClient control = Control();
        while (true)
        {
            if (_process!.HasExited || Environment.TickCount64 > end)
                throw new IOException($"the server did not start; its last words:\n{string.Join('\n', ReadLog(log).TakeLast(10))}");
            try
            {
                ServerStatus status = await control.StatusAsync(cancellationToken);
                if (status.Directory.Loaded && status.Directory.Domains >= 3)
                    return;
            }
            catch (ControlException)
            {
                // not listening yet
            }
            await Task.Delay(50, cancellationToken);
        }
    }

    private static string[] ReadLog(string log)
    {
        lock (typeof(DemoServer))
            return File.Exists(log) ? File.ReadAllLines(log) : [];
    }

    private static void Note(string log, string? line)
    {
        if (line is not null)
            lock (typeof(DemoServer))
                File.AppendAllText(log, line + "\n");
    }

    private static IPEndPoint Local(int port) => new(IPAddress.Loopback, port);

    private static int[] FreePorts(int count)
    {
        TcpListener[] held = [.. Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Any, 0))];
        foreach (TcpListener listener in held)
            listener.Start();
        int[] ports = [.. held.Select(l => ((IPEndPoint)l.LocalEndpoint).Port)];
        foreach (TcpListener listener in held)
            listener.Dispose();
        return ports;
    }
}
