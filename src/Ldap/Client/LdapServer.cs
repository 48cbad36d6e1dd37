namespace DirMail.Ldap.Client;

/// <summary>Where a directory listens. <c>Tls</c>: none, StartTLS on the plain port, or TLS from the first octet (LDAPS).</summary>
public sealed record LdapServer(string Host, int Port, LdapTls Tls = LdapTls.None)
{
    private const int PlainPort = 389;
    private const int TlsPort = 636;

    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>For one operation, from its sending to its answer, and for each next answer of a search; a search that persists may then be silent.</summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>PEM file of the authorities that may sign the server's certificate; null: the system's.</summary>
    public string? CaFile { get; init; }

    /// <summary>When there are any, the server's certificate must be one of these, and neither its authority nor its names nor its dates count.</summary>
    public IReadOnlyList<CertificatePin> Pins { get; init; } = [];

    /// <summary>Octets of one message; a server that sends a larger one is left.</summary>
    public int MaxMessageOctets { get; init; } = Codec.LdapCodec.DefaultMaxOctets;

    /// <summary>Reads "ldap://host:port" or "ldaps://host:port" (RFC 4516); false when it is neither. No port: 389 or 636.</summary>
    public static bool TryParse(string url, out LdapServer? server)
    {
        server = null;
        if (!Uri.TryCreate(url, UriKind.Absolute, out Uri? uri) || uri.Host.Length == 0 || uri.PathAndQuery.Trim('/').Length > 0 || uri.UserInfo.Length > 0 || uri.Fragment.Length > 0)
            return false;
        string host = uri.IdnHost.Trim('[', ']');
        if (uri.Scheme.Equals("ldap", StringComparison.OrdinalIgnoreCase))
            server = new(host, uri.Port > 0 ? uri.Port : PlainPort);
        else if (uri.Scheme.Equals("ldaps", StringComparison.OrdinalIgnoreCase))
            server = new(host, uri.Port > 0 ? uri.Port : TlsPort, LdapTls.Ldaps);
        return server is not null;
    }

    public override string ToString() => $"{(Tls == LdapTls.Ldaps ? "ldaps" : "ldap")}://{(Host.Contains(':') ? $"[{Host}]" : Host)}:{Port}";
}

public enum LdapTls
{
    None,
    StartTls,
    Ldaps,
}
