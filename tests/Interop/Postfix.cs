using System.Globalization;
using System.Text.RegularExpressions;

namespace DirMail.Interop;

/// <summary>A Postfix on free ports of loopback, for what <see cref="IPeerServer"/> says.</summary>
internal sealed partial class Postfix : IPeerServer
{
    /// <summary>Of master.cf, for what it sends on.</summary>
    private static readonly string[] Services =
    [
        "flush unix n - n 1000? 0 flush", "smtp unix - - n - - smtp", "relay unix - - n - - smtp", "scache unix - - n - 1 scache", "discard unix - - n - - discard",
    ];

    private readonly PostfixProcess _postfix = new();
    private readonly TestAuthority _authority = new();

    private Postfix(int lastPort) => LastPort = lastPort;

    public int Port { get; } = FreePort.Take();

    public int LastPort { get; }

    public IReadOnlyList<string> Log => _postfix.Log;

    /// <param name="login">"name:password", for the ways that log in.</param>
    public static async Task<Postfix> StartAsync(IReadOnlyList<OnwardWay> ways, int lastPort, string login)
    {
        var postfix = new Postfix(lastPort);
        await postfix.StartAsync(ways, login);
        return postfix;
    }

    private async Task StartAsync(IReadOnlyList<OnwardWay> ways, string login)
    {
        string transport = Path.Combine(_postfix.Folder, "conf", "transport");
        await File.WriteAllLinesAsync(transport, ways.SelectMany(static way => way.Recipients.Select(recipient => $"{recipient} {way.Name}:{Where(way)}")));
        ServerCertificate certificate = _authority.Issue("mx.remote.test", days: 1);
        await _postfix.StartAsync(Port, $"""
            transport_maps = texthash:{transport}
            smtp_sasl_password_maps = static:{login}
            smtp_sasl_security_options = noanonymous
            smtp_tls_loglevel = 1
            smtpd_tls_loglevel = 1
            smtp_host_lookup = native
            disable_dns_lookups = yes
            """,
            [
                $"127.0.0.1:{Port} inet n - n - - smtpd",
                $"127.0.0.1:{LastPort} inet n - n - - smtpd -o content_filter=discard: -o smtpd_tls_security_level=may -o smtpd_tls_cert_file={certificate.File} -o smtpd_tls_key_file={certificate.KeyFile}",
                .. Services, .. ways.Select(Service),
            ]);
    }

    public IReadOnlyList<string> Oddities => [.. Log.Where(static line => Odd().IsMatch(line))];

    public bool HasEnded(string recipient) => Log.Any(line => line.Contains($"to=<{recipient}>, relay=none", StringComparison.Ordinal) && line.Contains("status=sent", StringComparison.Ordinal));

    private static string Service(OnwardWay way) =>
        $"{way.Name} unix - - n - - {(way.Protocol == "lmtp" ? "lmtp" : $"smtp -o smtp_tls_security_level=encrypt -o smtp_tls_wrappermode={(way.Protocol == "smtps" ? "yes" : "no")} -o smtp_sasl_auth_enable={(way.LogsIn ? "yes" : "no")}")}";

    private static string Where(OnwardWay way) => way.Socket is { } socket ? $"unix:{socket}" : string.Create(CultureInfo.InvariantCulture, $"{(way.Protocol == "lmtp" ? "inet:" : "")}[127.0.0.1]:{way.Port}");

    [GeneratedRegex("warning|error|fatal|panic|deferred|bounced|reject|timeout|lost connection", RegexOptions.IgnoreCase)]
    private static partial Regex Odd();

    public async ValueTask DisposeAsync()
    {
        await _postfix.DisposeAsync();
        _authority.Dispose();
    }
}
