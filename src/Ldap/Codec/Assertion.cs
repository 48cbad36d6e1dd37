namespace DirMail.Ldap.Codec;

/// <summary>The control that makes an operation depend on a filter its entry must match (RFC 4528).</summary>
public static class Assertion
{
    public const string Oid = "1.3.6.1.1.12";

    /// <summary>Null when the value is malformed.</summary>
    public static LdapFilter? Read(LdapControl control)
    {
        var reader = new BerReader(control.Value);
        LdapFilter filter = FilterCodec.Read(ref reader);
        return reader.Failure is null && !reader.HasMore ? filter : null;
    }
}
