namespace DirMail.Verbs;

/// <summary>What the shell is told.</summary>
internal static class ExitCode
{
    public const int Ok = 0;

    /// <summary>The request was understood and could not be done.</summary>
    public const int Failed = 1;

    /// <summary>Wrong arguments or settings.</summary>
    public const int Usage = 2;
}
