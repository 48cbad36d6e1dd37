namespace DirMail.Ldap.Codec;

/// <summary>One message, of either direction (RFC 4511 4.1.1). Id 0 is for what a server says unasked.</summary>
public sealed record LdapMessage(int Id, LdapOperation Operation, IReadOnlyList<LdapControl> Controls)
{
    public LdapMessage(int id, LdapOperation operation)
        : this(id, operation, [])
    {
    }

    public LdapControl? Control(string oid)
    {
        for (int i = 0; i < Controls.Count; i++)
            if (Controls[i].Oid == oid)
                return Controls[i];
        return null;
    }
}

/// <summary>RFC 4511 4.1.11. The value is the control's own BER; null and empty differ.</summary>
public sealed record LdapControl(string Oid, bool Critical, byte[]? Value);

/// <summary>Object identifiers of extended operations and unsolicited notifications.</summary>
public static class LdapOids
{
    public const string StartTls = "1.3.6.1.4.1.1466.20037";
    public const string NoticeOfDisconnection = "1.3.6.1.4.1.1466.20036";
    public const string WhoAmI = "1.3.6.1.4.1.4203.1.11.3";
    public const string PasswordModify = "1.3.6.1.4.1.4203.1.11.1";

    /// <summary>RFC 3909.</summary>
    public const string Cancel = "1.3.6.1.1.8";
}
