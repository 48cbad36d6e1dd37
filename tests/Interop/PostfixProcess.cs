using System.Diagnostics;

namespace DirMail.Interop;

/// <summary>A private Postfix in a temporary folder, whatever it is to do; it is ended by its process id. Needs root, as Postfix does.</summary>
internal sealed class PostfixProcess : IAsyncDisposable
{
    /// <summary>Of master.cf, what all of ours run.</summary>
    private static readonly string[] Services =
    [
        "pickup unix n - n 60 1 pickup", "cleanup unix n - n - 0 cleanup", "qmgr unix n - n 300 1 qmgr", "tlsmgr unix - - n 1000? 1 tlsmgr", "rewrite unix - - n - - trivial-rewrite",
        "bounce unix - - n - 0 bounce", "defer unix - - n - 0 bounce", "trace unix - - n - 0 bounce", "proxymap unix - - n - - proxymap", "error unix - - n - - error", "retry unix - - n - - error",
        "anvil unix - - n - 1 anvil", "postlog unix-dgram n - n - 1 postlogd",
    ];

    private const UnixFileMode Everybody = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private Process _process = null!;

    /// <param name="folders">Those that it has beside the usual ones.</param>
    public PostfixProcess(params string[] folders)
    {
        foreach (string part in (string[])["", "conf", "queue", "data", .. folders])
            File.SetUnixFileMode(Directory.CreateDirectory(Path.Combine(Folder, part)).FullName, Everybody);
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("dirmail-postfix-").FullName;

    public IReadOnlyList<string> Log => File.Exists(Path.Combine(Folder, "mail.log")) ? File.ReadAllLines(Path.Combine(Folder, "mail.log")) : [];

    /// <summary>Ends when it greets on that port.</summary>
    /// <param name="settings">More lines of main.cf.</param>
    /// <param name="services">More lines of master.cf.</param>
    public async Task StartAsync(int port, string settings, IEnumerable<string> services)
    {
        await File.WriteAllTextAsync(Path.Combine(Folder, "conf", "main.cf"), $"""
            compatibility_level = 3.6
            queue_directory = {Folder}/queue
            data_directory = {Folder}/data
            command_directory = /usr/sbin
            daemon_directory = /usr/lib/postfix/sbin
            meta_directory = /etc/postfix
            shlib_directory = /usr/lib/postfix
            mail_owner = postfix
            setgid_group = postdrop
            myhostname = mx.remote.test
            mydestination =
            inet_interfaces = 127.0.0.1
            inet_protocols = ipv4
            mynetworks = 127.0.0.0/8
            alias_maps =
            maillog_file = {Folder}/mail.log
            maillog_file_prefixes = {Folder}
            {settings}

            """);
        await File.WriteAllLinesAsync(Path.Combine(Folder, "conf", "master.cf"), [.. services, .. Services]);
        await Program.RunAsync("chown", ["postfix", Path.Combine(Folder, "data")]);
        _process = Program.Start(new("/usr/sbin/postfix", ["-c", Path.Combine(Folder, "conf"), "start-fg"]) { RedirectStandardOutput = true, RedirectStandardError = true });
        await Eventually.SeesAsync(() => AnswersAsync(port), static answers => answers);
    }

    private async Task<bool> AnswersAsync(int port)
    {
        if (_process.HasExited)
            throw new InvalidOperationException($"postfix ended: {await _process.StandardError.ReadToEndAsync()}{string.Join('\n', Log)}");
        return await RemoteServer.GreetsAsync(port);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
