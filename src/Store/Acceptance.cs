using DirMail.Mail;

namespace DirMail.Store;

/// <summary>
/// A message to be kept: the first of the two doors. <see cref="Plan"/> is asked inside the commit, on the writer's thread, so the decision is taken with
/// the newest routing table; it must be pure and quick (no wait, no I/O).
/// </summary>
public sealed record Acceptance(AcceptanceId Id, Content Content, Func<DeliveryPlan> Plan)
{
    /// <summary>Reverse path of the envelope; null is "&lt;&gt;".</summary>
    public MailAddress? Sender { get; init; }

    /// <summary>When the dot was received, UTC: INTERNALDATE of the local copies.</summary>
    public required DateTimeOffset Received { get; init; }

    /// <summary>For what an attempt creates: accepted only when that is not remembered, and remembered with it. Null: in any case.</summary>
    public OnceOnly? Once { get; init; }
}

/// <param name="Expires">From when it may be done again.</param>
public sealed record OnceOnly(string Kind, string Key, DateTimeOffset Expires);

/// <summary>What one commit writes for a message. With <see cref="Refusal"/> set nothing is written and that reply is given.</summary>
public sealed record DeliveryPlan
{
    public Reply? Refusal { get; init; }
    public IReadOnlyList<LocalDelivery> Local { get; init; } = [];
    public IReadOnlyList<QueuedMessage> Queued { get; init; } = [];

    /// <summary>When every local delivery finds its mailbox full and nothing else is to be written, the sender is told so and nothing is kept; else those have their rows.</summary>
    public bool RefusesWhenAllFull { get; init; }

    /// <summary>
    /// Recipients that are not taken, each with its answer, where the protocol answers each (LMTP): mailboxes found full inside the commit join them, and nobody's
    /// refusal is another's. Null: one answer for all.
    /// </summary>
    public IReadOnlyDictionary<MailAddress, Reply>? NotTaken { get; init; }
}

/// <summary>References into mailboxes of one account: all of them, or none when there is no room. Several into the same mailbox become one entry: unique (acceptance, mailbox).</summary>
/// <param name="Account">entryUUID of the user: owner of the mailboxes.</param>
/// <param name="Places">One at least.</param>
/// <param name="Prefix">Octets to stand before the original (Return-Path, Received). Deliveries with equal octets, and equal <see cref="Replaces"/>, share one rendition.</param>
/// <param name="Quota">Limit of the account, checked inside the commit.</param>
public sealed record LocalDelivery(EntryId Account, IReadOnlyList<Place> Places, ReadOnlyMemory<byte> Prefix, Quota Quota)
{
    public required MailAddress Given { get; init; }
    public required MailAddress Final { get; init; }

    /// <summary>How many of the original's first octets the prefix stands in place of: all of its header, when that is changed for this delivery. 0: the original follows as it is.</summary>
    public int Replaces { get; init; }

    /// <summary>The row to write instead when the account is over its quota at the commit; null: the recipient is refused as a failure in the result.</summary>
    public QueuedMessage? WhenFull { get; init; }

    /// <summary>
    /// The row to write instead while that row's queue still holds mail for the same final address: it stands behind that mail, due when the last of it is, and does
    /// not overtake it.
    /// </summary>
    public QueuedMessage? Behind { get; init; }
}

/// <summary>Where a message goes within an account.</summary>
/// <param name="Folder">Mailbox name, "INBOX" for plain mail; made when missing, and then subscribed to. What no mailbox may be called, and what an account with too many of them lacks, is the inbox.</param>
public sealed record Place(string Folder)
{
    public static Place Inbox { get; } = new(MailboxName.Inbox);

    /// <summary>As in RFC 6154, with the backslash: goes to the account's mailbox of that use, whatever it is called. None has it: <see cref="Folder"/> gets it, and is subscribed to.</summary>
    public string? SpecialUse { get; init; }

    public MessageFlags Flags { get; init; } = MessageFlags.None;

    /// <summary>Whether a mailbox may have that name.</summary>
    public static bool MayBeCalled(string name) => MailboxName.TryNormalize(name, out _);
}

/// <summary>Limits of an account; null is none.</summary>
public readonly record struct Quota(long? Octets, long? Messages)
{
    public static Quota None => default;

    /// <summary>The domain that the account belongs to, and what all its accounts may hold together; null: it counts for none.</summary>
    public DomainQuota? Shared { get; init; }

    public bool HasLimit => Octets is not null || Messages is not null || Shared is { Octets: not null } or { Messages: not null };
}

/// <summary>Limits of all accounts of a domain together; null is none.</summary>
public sealed record DomainQuota(EntryId Domain, long? Octets, long? Messages);

/// <summary>One message in the queue of a domain: all recipients that share sender identity, channel and destination.</summary>
public sealed record QueuedMessage
{
    /// <summary>Domain whose queue this is (the sending virtual domain; for inbound rows the recipient's); the host domain's id for host mail.</summary>
    public required EntryId Domain { get; init; }

    /// <summary>Name of the channel, a key of the settings' <c>channels</c> table: "smtp", "local", "hold" ...</summary>
    public required string Channel { get; init; }

    /// <summary>Key of the destination domain; for local rows the recipient's domain.</summary>
    public required string Destination { get; init; }

    public required OutgoingIdentity Identity { get; init; }
    public MailAddress? Sender { get; init; }
    public string? EnvelopeId { get; init; }
    public ReturnContent? Return { get; init; }
    public BodyType Body { get; init; }
    public bool Utf8 { get; init; }
    public DeliveryWishes Wishes { get; init; } = DeliveryWishes.None;

    /// <summary>Octets to stand before the original (Received).</summary>
    public ReadOnlyMemory<byte> Prefix { get; init; }

    /// <inheritdoc cref="LocalDelivery.Replaces"/>
    public int Replaces { get; init; }

    /// <summary>Earliest first attempt and end of all attempts, UTC.</summary>
    public required DateTimeOffset NextAttempt { get; init; }
    public required DateTimeOffset Expires { get; init; }
    public required IReadOnlyList<QueuedRecipient> Recipients { get; init; }
}

/// <param name="Given">As the client said it, for reports.</param>
/// <param name="Final">After aliases and forwards: who it goes to.</param>
public sealed record QueuedRecipient(MailAddress Given, MailAddress Final, Notify Notify, string? OriginalRecipient)
{
    /// <summary>Why it waits from the start, when it does (inactive, overquota, hold); shown in listings.</summary>
    public string? Reason { get; init; }
}

/// <summary>
/// Who a queued message leaves as, fixed when it is queued (DESIGN, Identity of what leaves). With an owner the socket is bound to the address of the
/// destination's family, or the message waits; without one it leaves unbound from the host's address.
/// </summary>
/// <param name="Owner">Entry whose address it is: a user or a domain. Null: the host.</param>
/// <param name="HostName">For EHLO, Received, Message-ID.</param>
public sealed record OutgoingIdentity(EntryId? Owner, string HostName, System.Net.IPAddress? V4, System.Net.IPAddress? V6)
{
    public bool IsBound => Owner is not null;
}

/// <summary>How a commit ended.</summary>
public abstract record CommitResult
{
    private CommitResult() { }

    /// <summary>On disk. <paramref name="Local"/> and <paramref name="Queued"/> count references written; <paramref name="OverQuota"/> names local recipients over quota.</summary>
    public sealed record Stored(int Local, int Queued, IReadOnlyList<MailAddress> OverQuota) : CommitResult
    {
        /// <summary>As the plan's, with those over quota. Nothing is stored when all are.</summary>
        public IReadOnlyDictionary<MailAddress, Reply>? NotTaken { get; init; }
    }

    /// <summary>Nothing was stored: the plan refused all, or the store is full or failing (452 4.3.1).</summary>
    public sealed record Refused(Reply Reply) : CommitResult;
}
