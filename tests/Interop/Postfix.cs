using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace DirMail.Interop;

/// <summary>A private Postfix on free ports of loopback, for what <see cref="IPeerServer"/> says. Its folders are temporary; it is ended by its process id. Needs root, as Postfix does.</summary>
internal sealed partial class Postfix : IPeerServer
{
    private static readonly string[] Services =
    [
        "pickup unix n - n 60 1 pickup", "cleanup unix n - n - 0 cleanup", "qmgr unix n - n 300 1 qmgr", "tlsmgr unix - - n 1000? 1 tlsmgr", "rewrite unix - - n - - trivial-rewrite",
        "bounce unix - - n - 0 bounce", "defer unix - - n - 0 bounce", "trace unix - - n - 0 bounce", "flush unix n - n 1000? 0 flush", "proxymap unix - - n - - proxymap",
        "smtp unix - - n - - smtp", "relay unix - - n - - smtp", "error unix - - n - - error", "retry unix - - n - - error", "anvil unix - - n - 1 anvil", "scache unix - - n - 1 scache",
        "discard unix - - n - - discard",
        "postlog unix-dgram n - n - 1 postlogd",
    ];

    private const UnixFileMode Everybody = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private readonly string _folder = Directory.CreateTempSubdirectory("dirmail-postfix-").FullName;
    private readonly TestAuthority _authority = new();
    private readonly Process _process;

    private Postfix(IReadOnlyList<OnwardWay> ways, int lastPort, string login)
    {
        LastPort = lastPort;
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
            transport_maps = texthash:{_folder}/conf/transport
            smtp_sasl_password_maps = static:{login}
            smtp_sasl_security_options = noanonymous
            smtp_tls_loglevel = 1
            smtpd_tls_loglevel = 1
            smtp_host_lookup = native
            disable_dns_lookups = yes
            alias_maps =
            maillog_file = {_folder}/mail.log
            maillog_file_prefixes = {_folder}

            """));
        ServerCertificate certificate = _authority.Issue("mx.remote.test", days: 1);
        File.WriteAllLines(Path.Combine(_folder, "conf", "master.cf"),
        [
            $"127.0.0.1:{Port} inet n - n - - smtpd",
            $"127.0.0.1:{LastPort} inet n - n - - smtpd -o content_filter=discard: -o smtpd_tls_security_level=may -o smtpd_tls_cert_file={certificate.File} -o smtpd_tls_key_file={certificate.KeyFile}",
            .. Services, .. ways.Select(Service),
        ]);
        File.WriteAllLines(Path.Combine(_folder, "conf", "transport"), ways.SelectMany(static way => way.Recipients.Select(recipient => $"{recipient} {way.Name}:{Where(way)}")));
        Program.RunAsync("chown", ["postfix", Path.Combine(_folder, "data")]).GetAwaiter().GetResult();
        _process = Program.Start(new("/usr/sbin/postfix", ["-c", Path.Combine(_folder, "conf"), "start-fg"]) { RedirectStandardOutput = true, RedirectStandardError = true });
    }

    public int Port { get; } = FreePort.Take();

    public int LastPort { get; }

    public IReadOnlyList<string> Log => File.Exists(Path.Combine(_folder, "mail.log")) ? File.ReadAllLines(Path.Combine(_folder, "mail.log")) : [];

    /// <param name="login">"name:password", for the ways that log in.</param>
    public static async Task<Postfix> StartAsync(IReadOnlyList<OnwardWay> ways, int lastPort, string login)
    {
        var postfix = new Postfix(ways, lastPort, login);
        await Eventually.SeesAsync(postfix.AnswersAsync, static answers => answers);
        return postfix;
    }

    public IReadOnlyList<string> Oddities => [.. Log.Where(static line => Odd().IsMatch(line))];

    public bool HasEnded(string recipient) => Log.Any(line => line.Contains($"to=<{recipient}>, relay=none", StringComparison.Ordinal) && line.Contains("status=sent", StringComparison.Ordinal));

    private static string Service(OnwardWay way) =>
        $"{way.Name} unix - - n - - {(way.Protocol == "lmtp" ? "lmtp" : $"smtp -o smtp_tls_security_level=encrypt -o smtp_tls_wrappermode={(way.Protocol == "smtps" ? "yes" : "no")} -o smtp_sasl_auth_enable={(way.LogsIn ? "yes" : "no")}")}";

    private static string Where(OnwardWay way) => way.Socket is { } socket ? $"unix:{socket}" : string.Create(CultureInfo.InvariantCulture, $"{(way.Protocol == "lmtp" ? "inet:" : "")}[127.0.0.1]:{way.Port}");

    [GeneratedRegex("warning|error|fatal|panic|deferred|bounced|reject|timeout|lost connection", RegexOptions.IgnoreCase)]
    private static partial Regex Odd();

    private async Task<bool> AnswersAsync()
    {
        if (_process.HasExited)
            throw new InvalidOperationException($"postfix ended: {await _process.StandardError.ReadToEndAsync()}{string.Join('\n', Log)}");
        return await RemoteServer.GreetsAsync(Port);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        _authority.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
