namespace DirMail.Mail.Dmarc;

public enum DmarcVerdict
{
    /// <summary>The domain publishes no policy.</summary>
    None,
    Pass,
    Fail,

    /// <summary>DNS gave no answer.</summary>
    TempError,

    /// <summary>The message has no From, or several.</summary>
    PermError,
}

/// <param name="From">Domain of the header's From.</param>
/// <param name="Policy">What the domain asks for when the verdict is Fail.</param>
public sealed record DmarcResult(DmarcVerdict Verdict, string From, DmarcPolicy Policy)
{
    /// <summary>What is to be done, after the share of mail that the domain wants this for (pct).</summary>
    public DmarcPolicy Disposition { get; init; }
}
