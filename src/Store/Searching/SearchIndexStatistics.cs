namespace DirMail.Store;

/// <summary>How far the search index is. A search is exact however far it lags behind.</summary>
/// <param name="Messages">In the index.</param>
/// <param name="Lag">Stored and not looked at yet.</param>
/// <param name="LagsSince">UTC: when the oldest of those came into a mailbox; null: none of them is in one.</param>
/// <param name="Octets">Of its file.</param>
public sealed record SearchIndexStatistics(long Messages, long Lag, DateTimeOffset? LagsSince, long Octets);
