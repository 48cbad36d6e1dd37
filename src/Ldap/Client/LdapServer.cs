namespace DirMail.Ldap.Client;

/// <summary>Where a directory listens. <c>Tls</c>: none, StartTLS on the plain port, or TLS from the first octet (LDAPS).</summary>
public sealed record LdapServer(string Host, int Port, LdapTls Tls = LdapTls.None)
{
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>PEM file of the authorities that may sign the server's certificate; null: the system's.</summary>
    public string? CaFile { get; init; }

    /// <summary>Reads "ldap://host:port" or "ldaps://host:port" (RFC 4516); false when it is neither.</summary>
    public static bool TryParse(string url, out LdapServer? server) => throw new NotImplementedException();
}

public enum LdapTls
{
    None,
    StartTls,
    Ldaps,
}
