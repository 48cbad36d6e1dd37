namespace DirMail.Transfer;

/// <summary>
/// Takes complete messages: trace headers as a prefix beside the untouched original, groups and forwards expanded into hops, and one commit that holds
/// local entries and queue rows. The recipients' decision is taken again inside the commit with the newest table (RESPONSES, "At the dot").
/// </summary>
public sealed class TransferUnit
{
    /// <summary>Returns after the commit is on disk. Never throws for content, recipients or a failing store.</summary>
    public Task<AcceptResult> AcceptAsync(Submission submission, CancellationToken cancellationToken) => throw new NotImplementedException();
}
