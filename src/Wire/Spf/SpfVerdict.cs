namespace DirMail.Wire;

/// <summary>What a domain's SPF record says of an address (RFC 7208 2.6).</summary>
public enum SpfVerdict
{
    None,
    Neutral,
    Pass,
    Fail,
    SoftFail,
    TempError,
    PermError,
}
