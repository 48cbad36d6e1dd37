namespace DirMail.Store;

/// <summary>What a backup holds.</summary>
/// <param name="Octets">Of the contents, each once.</param>
/// <param name="Files">Contents that have a file of their own.</param>
public sealed record BackupReport(string Target, long Contents, long Octets, long Files, long Entries, long QueueRecipients);
