namespace DirMail.Mail.Reports;

/// <param name="Final">The address that was tried.</param>
/// <param name="Diagnostic">What happened, in the words of the remote server where there were some; any text, it is made safe.</param>
public sealed record ReportedRecipient(MailAddress Final, ReportAction Action, EnhancedStatus Status, string Diagnostic)
{
    /// <summary>ORCPT as "type;address"; null when not given.</summary>
    public string? Original { get; init; }

    /// <summary>What the server said that the diagnostic speaks of; null: the diagnostic is ours.</summary>
    public RemoteAnswer? Remote { get; init; }

    public DateTimeOffset? LastAttempt { get; init; }

    /// <summary>For a delay: when it will be given up.</summary>
    public DateTimeOffset? RetryUntil { get; init; }
}

/// <summary>RFC 3464 2.3.3.</summary>
public enum ReportAction
{
    Failed,
    Delayed,
    Delivered,
    Relayed,
    Expanded,
}
