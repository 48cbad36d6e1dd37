namespace DirMail.Mail.Sieve;

/// <summary>What a script may cost (RFC 5228 10): beyond these it is faulty, or its run is and the message is kept.</summary>
public static class SieveLimits
{
    /// <summary>Characters of all values of a script together.</summary>
    public const int MostCharacters = 64 * 1024;

    /// <summary>Blocks and tests within one another; RFC 5228 2.10.7 asks for 15 of each.</summary>
    public const int MostLevels = 32;

    /// <summary>Mailboxes that one message is filed into.</summary>
    public const int MostFilings = 32;

    /// <summary>Addresses that one message is redirected to (RFC 5228 4.2).</summary>
    public const int MostRedirects = 4;

    /// <summary>Characters looked at while one message is judged: some tens of milliseconds.</summary>
    public const long MostSteps = 10_000_000;
}
