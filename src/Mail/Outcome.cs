namespace DirMail.Mail;

/// <summary>How one attempt ended for one recipient. Final (delivered, failed) or not final (deferred): nothing between.</summary>
public abstract record Outcome
{
    private Outcome() { }

    /// <summary>Where it ended; of what was delivered no matter.</summary>
    public Stage Stage { get; init; }

    /// <summary>The other server's own words; null: it said nothing, or there was none.</summary>
    public RemoteAnswer? Said { get; init; }

    /// <summary>The next party has it. <paramref name="Remote"/> names who took it, <paramref name="Reason"/> quotes its reply.</summary>
    public sealed record Delivered(string Remote, string Reason) : Outcome
    {
        /// <summary>It knows what the sender wants to be told, and tells (RFC 3461 5.2.1): who hands on says nothing of success.</summary>
        public bool ReportsItself { get; init; }

        /// <summary>To a list or an alias of several: members may still fail, and are told of (RFC 3464 2.3.3, "expanded").</summary>
        public bool IsExpanded { get; init; }
    }

    /// <summary>Not now; the retry schedule decides when again. <paramref name="Reason"/> may be shown to the sender.</summary>
    public sealed record Deferred(EnhancedStatus Status, string Reason) : Outcome;

    /// <summary>Never; a report goes to the sender.</summary>
    public sealed record Failed(EnhancedStatus Status, string Reason) : Outcome;
}
