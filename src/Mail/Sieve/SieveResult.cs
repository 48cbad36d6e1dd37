using System.Collections.Immutable;

namespace DirMail.Mail.Sieve;

/// <summary>What a script wants done with one message. Nothing of all this: it is discarded.</summary>
public sealed record SieveResult
{
    /// <summary>What counts where there is no script, or where it failed.</summary>
    public static SieveResult Kept { get; } = new() { Filings = [new(null, [])] };

    /// <summary>Copies for the owner, each mailbox once.</summary>
    public ImmutableArray<SieveFiling> Filings { get; init; } = [];

    public ImmutableArray<MailAddress> Redirects { get; init; } = [];

    /// <summary>Why it is rejected (RFC 5429), in the owner's words; then there is nothing else.</summary>
    public string? Rejection { get; init; }

    /// <summary>What the sender is answered, if he is to be; null: nothing.</summary>
    public SieveVacation? Vacation { get; init; }

    /// <summary>Discarded or rejected: the owner gets nothing of it, and nobody whom he named.</summary>
    public bool IsUnwanted => Filings.IsEmpty && Redirects.IsEmpty;

    /// <summary>An action was taken; else the message is kept because nothing was said of it (RFC 5228 2.10.2).</summary>
    public bool IsDecided { get; init; }

    /// <summary>Why the run was broken off; the message is kept. Null: it was not.</summary>
    public string? Fault { get; init; }
}

/// <summary>One copy.</summary>
/// <param name="Mailbox">As the script names it; null: where mail goes that no script files.</param>
/// <param name="Flags">System flags with their backslash, and keywords.</param>
public sealed record SieveFiling(string? Mailbox, ImmutableArray<string> Flags);
