using DirMail.Mail;

namespace DirMail.Store;

/// <summary>A queue: one domain's mail for one channel.</summary>
public readonly record struct LaneKey(EntryId Domain, string Channel);

/// <summary>What one commit did to the queue. Told on the writer's thread, in the order of the commits and before the next one is written.</summary>
/// <param name="Added">Rows as they were accepted, with all their recipients.</param>
/// <param name="Due">Queues with rows, put off or set free, that are due from that time on.</param>
public sealed record QueueNews(IReadOnlyList<QueueRow> Added, IReadOnlyDictionary<LaneKey, DateTimeOffset> Due);
