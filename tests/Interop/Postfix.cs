using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace DirMail.Interop;

/// <summary>A private Postfix that takes mail on a free port of loopback and relays all of it to one server over TLS. Its folders are temporary; it is ended by its process id. Needs root, as Postfix does.</summary>
internal sealed class Postfix : IAsyncDisposable
{
    private static readonly string[] Services =
    [
        "pickup unix n - n 60 1 pickup", "cleanup unix n - n - 0 cleanup", "qmgr unix n - n 300 1 qmgr", "tlsmgr unix - - n 1000? 1 tlsmgr", "rewrite unix - - n - - trivial-rewrite",
        "bounce unix - - n - 0 bounce", "defer unix - - n - 0 bounce", "trace unix - - n - 0 bounce", "flush unix n - n 1000? 0 flush", "proxymap unix - - n - - proxymap",
        "smtp unix - - n - - smtp", "relay unix - - n - - smtp", "error unix - - n - - error", "retry unix - - n - - error", "anvil unix - - n - 1 anvil", "scache unix - - n - 1 scache",
        "postlog unix-dgram n - n - 1 postlogd",
    ];

    private const UnixFileMode Everybody = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private readonly string _folder = Directory.CreateTempSubdirectory("dirmail-postfix-").FullName;
    private readonly Process _process;

    private Postfix(int relayPort)
    {
        foreach (string part in (string[])["", "conf", "queue", "data"])
            File.SetUnixFileMode(Directory.CreateDirectory(Path.Combine(_folder, part)).FullName, Everybody);
        File.WriteAllText(Path.Combine(_folder, "conf", "main.cf"), string.Create(CultureInfo.InvariantCulture, $"""
            compatibility_level = 3.6
            queue_directory = {_folder}/queue
            data_directory = {_folder}/data
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
            relayhost = [127.0.0.1]:{relayPort}
            smtp_tls_security_level = encrypt
            smtp_tls_loglevel = 1
            smtp_host_lookup = native
            disable_dns_lookups = yes
            alias_maps =
            maillog_file = {_folder}/mail.log
            maillog_file_prefixes = {_folder}

            """));
        File.WriteAllLines(Path.Combine(_folder, "conf", "master.cf"), [$"127.0.0.1:{Port} inet n - n - - smtpd", .. Services]);
        Program.RunAsync("chown", ["postfix", Path.Combine(_folder, "data")]).GetAwaiter().GetResult();
        _process = Program.Start(new("/usr/sbin/postfix", ["-c", Path.Combine(_folder, "conf"), "start-fg"]) { RedirectStandardOutput = true, RedirectStandardError = true });
    }

    public int Port { get; } = FreePort.Take();

    public IReadOnlyList<string> Log => File.Exists(Path.Combine(_folder, "mail.log")) ? File.ReadAllLines(Path.Combine(_folder, "mail.log")) : [];

    public static async Task<Postfix> StartAsync(int relayPort)
    {
        var postfix = new Postfix(relayPort);
        await Eventually.SeesAsync(postfix.AnswersAsync, static answers => answers);
        return postfix;
    }

    private async Task<bool> AnswersAsync()
    {
        if (_process.HasExited)
            throw new InvalidOperationException($"postfix ended: {await _process.StandardError.ReadToEndAsync()}{string.Join('\n', Log)}");
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, Port);
            return await new StreamReader(client.GetStream()).ReadLineAsync() is not null;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
