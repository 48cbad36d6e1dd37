using System.Collections.Concurrent;
using System.Diagnostics;

namespace DirMail.Interop;

/// <summary>The built program, run as an operator runs it: `dirmail serve --example` as a process that can be killed and started again on the same data.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _said = new();
    private Process _process = null!;

    private readonly string[] _tracer;
    private readonly (string Name, string Value)[] _environment;

    private ServerProcess(ServerSetup setup, string[] tracer, (string Name, string Value)[] environment) => (Setup, _tracer, _environment) = (setup, tracer, environment);

    /// <summary>The program, built with the tests.</summary>
#if DEBUG
    public static string File { get; } = Program.File("src/DirMail/bin/Debug/net10.0/DirMail");
#else
    public static string File { get; } = Program.File("src/DirMail/bin/Release/net10.0/DirMail");
#endif

    public ServerSetup Setup { get; }

    /// <param name="setup">Stays the caller's.</param>
    public static Task<ServerProcess> StartAsync(ServerSetup setup, params (string Name, string Value)[] environment) => StartAsync(setup, tracer: [], environment);

    /// <param name="setup">Stays the caller's.</param>
    /// <param name="tracer">Words before the program's; what they start becomes the program itself, as `strace -D` does.</param>
    public static async Task<ServerProcess> StartAsync(ServerSetup setup, string[] tracer, params (string Name, string Value)[] environment)
    {
        var server = new ServerProcess(setup, tracer, environment);
        await server.StartAsync();
        return server;
    }

    public async Task StartAsync()
    {
        string[] words = [.. _tracer, File, "serve", "--example", "--settings", Setup.SettingsFile];
        var start = new ProcessStartInfo(words[0], words[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach ((string name, string value) in _environment)
            start.Environment[name] = value;
        _process = Program.Start(start);
        var ready = new TaskCompletionSource();
        _process.OutputDataReceived += (_, line) => Note(line.Data, ready);
        _process.ErrorDataReceived += (_, line) => Note(line.Data, null);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        // it greets when it has a table and listens
        Task first = await Task.WhenAny(ready.Task, _process.WaitForExitAsync(), Task.Delay(Eventually.Limit));
        if (first != ready.Task)
            throw new InvalidOperationException($"the server did not start: {string.Join('\n', _said.TakeLast(10))}");
    }

    /// <summary>SIGKILL: no goodbye, nothing flushed.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    /// <summary>SIGTERM, as a service manager stops it; gives its exit code.</summary>
    public async Task<int> StopAsync()
    {
        await Program.RunAsync("bash", ["-c", $"kill -TERM {_process.Id}"]);
        await _process.WaitForExitAsync().WaitAsync(Eventually.Limit);
        return _process.ExitCode;
    }

    /// <summary>Waits until the server has said a line with these words in it.</summary>
    public Task SaysAsync(string words) => Eventually.SeesAsync(() => Task.FromResult(_said.Any(line => line.Contains(words, StringComparison.Ordinal))), static said => said);

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (!_process.HasExited)
                await KillAsync();
        }
        catch (InvalidOperationException)
        {
            // killed before
        }
    }

    private void Note(string? line, TaskCompletionSource? ready)
    {
        if (line is null)
            return;
        _said.Enqueue(line);
        if (line.Contains("serves ", StringComparison.Ordinal))
            ready?.TrySetResult();
    }
}
