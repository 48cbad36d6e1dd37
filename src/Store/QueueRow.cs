using DirMail.Mail;

namespace DirMail.Store;

public sealed record QueueLane(EntryId Domain, string Channel, int Recipients, DateTimeOffset EarliestAttempt);

public sealed record QueueFilter(EntryId? Domain = null, string? Channel = null, string? Destination = null, QueueId? Message = null);

/// <summary>One queued message with (some of) its recipients.</summary>
public sealed record QueueRow(QueueId Id, AcceptanceId Acceptance, QueuedMessage Message, long Octets, DateTimeOffset Arrived, IReadOnlyList<QueueRecipientRow> Recipients);

public sealed record QueueRecipientRow(QueueRecipientId Id, QueuedRecipient Recipient, int Attempts, DateTimeOffset NextAttempt, string? LastReason, bool DelayWarned);
