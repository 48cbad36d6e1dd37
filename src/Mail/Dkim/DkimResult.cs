namespace DirMail.Mail.Dkim;

/// <summary>The words of RFC 8601 2.7.1.</summary>
public enum DkimVerdict
{
    None,
    Pass,
    Fail,

    /// <summary>It may be right, and its algorithm or key is none that we accept.</summary>
    Policy,
    Neutral,
    TempError,
    PermError,
}

/// <summary>What came of one signature.</summary>
/// <param name="Reason">Why it does not pass; "" when it does.</param>
public sealed record DkimResult(DkimVerdict Verdict, string Domain, string Reason)
{
    public string Selector { get; init; } = "";
    public string Agent { get; init; } = "";
    public string Algorithm { get; init; } = "";

    /// <summary>Octets of the body behind those that l= signs: anyone may have put them there.</summary>
    public long UnsignedOctets { get; init; }

    /// <summary>The first characters of b=, which tell signatures of one domain apart (RFC 6008).</summary>
    public string Mark { get; init; } = "";
}
