namespace DirMail.Mail.Arc;

public enum ArcVerdict
{
    None,
    Pass,
    Fail,

    /// <summary>DNS gave no answer for a key.</summary>
    TempError,
}

/// <param name="Sealers">Domains that sealed, the first handler first.</param>
/// <param name="Reason">Why it fails; else "".</param>
public sealed record ArcResult(ArcVerdict Verdict, IReadOnlyList<string> Sealers, string Reason)
{
    public static readonly ArcResult None = new(ArcVerdict.None, [], "");

    /// <summary>The first handler says that DMARC passed when it got the message.</summary>
    public bool SaysDmarcPassed { get; init; }
}
