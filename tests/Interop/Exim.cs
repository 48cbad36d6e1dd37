using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using DirMail.Demo;

namespace DirMail.Interop;

/// <summary>
/// A private Exim on free ports of loopback, for what <see cref="IPeerServer"/> says; what ends here is in its inbox. Its folders are temporary; it is ended by its process id. The program is Debian's, unpacked by ./test beside the system, where Postfix excludes it. Needs root, as Exim does.
/// </summary>
internal sealed partial class Exim : IPeerServer
{
    private const string Unpacked = "/var/cache/dirmail-tests/exim4/usr/sbin/exim4";
    private const UnixFileMode Everybody = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private readonly string _folder = Directory.CreateTempSubdirectory("dirmail-exim-").FullName;
    private readonly TestAuthority _authority = new();
    private readonly Process _process;

    private Exim(IEnumerable<OnwardWay> ways, int lastPort, DemoUser login)
    {
        LastPort = lastPort;
        foreach (string part in (string[])["", "spool", "log"])
            File.SetUnixFileMode(Directory.CreateDirectory(Path.Combine(_folder, part)).FullName, Everybody);
        ServerCertificate certificate = _authority.Issue("mx.remote.test", days: 1);
        foreach (string file in (string[])[certificate.File, certificate.KeyFile])
            File.Copy(file, Path.Combine(_folder, Path.GetFileName(file)));
        string configuration = Path.Combine(_folder, "exim.conf");
        File.WriteAllText(configuration, Configuration(ways, certificate, login));
        Program.RunAsync("chown", ["-R", "Debian-exim", _folder]).GetAwaiter().GetResult();
        // not another's: Exim reads no such configuration
        Program.RunAsync("chown", ["root", configuration]).GetAwaiter().GetResult();
        _process = Program.Start(new(Binary, ["-C", configuration, "-bdf", "-q1m"]) { RedirectStandardOutput = true, RedirectStandardError = true });
    }

    public int Port { get; } = FreePort.Take();

    public int LastPort { get; }

    /// <summary>Its panics and rejections too.</summary>
    public IReadOnlyList<string> Log => [.. Directory.GetFiles(Path.Combine(_folder, "log")).Order(StringComparer.Ordinal).SelectMany(File.ReadAllLines)];

    /// <summary>Not that it runs as its own user alone: with a configuration of ours it may not be root again.</summary>
    public IReadOnlyList<string> Oddities => [.. Log.Where(static line => Odd().IsMatch(line) && !line.Contains("lost privilege for using -C", StringComparison.Ordinal))];

    public bool HasEnded(string recipient) => Log.Any(line => line.Contains($"<{recipient}> R=last T=inbox", StringComparison.Ordinal));

    private static string Binary { get; } = File.Exists(Unpacked) ? Unpacked : throw new InvalidOperationException($"{Unpacked} is not there: ./test unpacks it");

    /// <param name="login">For the ways that log in.</param>
    public static async Task<Exim> StartAsync(IEnumerable<OnwardWay> ways, int lastPort, DemoUser login)
    {
        var exim = new Exim(ways, lastPort, login);
        await Eventually.SeesAsync(exim.AnswersAsync, static answers => answers);
        return exim;
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

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);

    private string Configuration(IEnumerable<OnwardWay> ways, ServerCertificate certificate, DemoUser login) => $$"""
        exim_path = {{Binary}}
        spool_directory = {{_folder}}/spool
        log_file_path = {{_folder}}/log/%slog
        primary_hostname = mx.remote.test
        local_interfaces = 127.0.0.1
        daemon_smtp_ports = {{Text(Port)}} : {{Text(LastPort)}}
        tls_advertise_hosts = *
        tls_certificate = {{_folder}}/{{Path.GetFileName(certificate.File)}}
        tls_privatekey = {{_folder}}/{{Path.GetFileName(certificate.KeyFile)}}
        chunking_advertise_hosts = *
        smtputf8_advertise_hosts = *
        dsn_advertise_hosts = *
        accept_8bitmime = true
        acl_smtp_rcpt = accept
        acl_smtp_data = accept
        keep_environment =
        log_selector = +smtp_protocol_error +smtp_syntax_error +tls_cipher +received_recipients
        trusted_users = root : Debian-exim
        begin routers
        last:
          driver = accept
          condition = ${if eq{$received_port}{{{Text(LastPort)}}} }
          transport = inbox
        {{string.Concat(ways.Select(Router))}}
        begin transports
        inbox:
          driver = appendfile
          file = {{_folder}}/inbox
          user = Debian-exim
        {{string.Concat(ways.Select(Transport))}}
        begin retry
        * * F,1h,1m
        begin authenticators
        plain:
          driver = plaintext
          public_name = PLAIN
          client_send = ^{{login.Address}}^{{login.Password}}

        """;

    private static string Router(OnwardWay way) => $$"""
        to_{{way.Name}}:
          driver = manualroute
          condition = ${if inlist{$local_part@$domain}{{{string.Join(':', way.Recipients)}}} }
          transport = {{way.Name}}
          self = send
          route_data = 127.0.0.1


        """;

    private static string Transport(OnwardWay way) => way switch
    {
        { Socket: { } socket } => $"{way.Name}:\n  driver = lmtp\n  socket = {socket}\n  user = Debian-exim\n  batch_max = 10\n",
        { Protocol: "lmtp" } => $"{way.Name}:\n  driver = smtp\n  protocol = lmtp\n  port = {Text(way.Port)}\n",
        _ => $"{way.Name}:\n  driver = smtp\n  protocol = {way.Protocol}\n  port = {Text(way.Port)}\n  hosts_require_tls = *\n{(way.LogsIn ? "  hosts_require_auth = *\n" : "")}",
    };

    /// <summary>Its marks for failed (**) and deferred (==) deliveries, and whatever it complains of.</summary>
    [GeneratedRegex(@" (\*\*|==) |error|warn|panic|reject|refused|fail|timed out|synchroni|unexpected|lost|closed", RegexOptions.IgnoreCase)]
    private static partial Regex Odd();

    private async Task<bool> AnswersAsync()
    {
        if (_process.HasExited)
            throw new InvalidOperationException($"exim ended: {await _process.StandardError.ReadToEndAsync()}{string.Join('\n', Log)}");
        return await RemoteServer.GreetsAsync(Port);
    }
}
