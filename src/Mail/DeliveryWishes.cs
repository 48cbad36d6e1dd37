namespace DirMail.Mail;

/// <summary>What the sender asked of the way a message goes, kept with it until it has left: what it may leave by, when, until when, and before whom.</summary>
public sealed record DeliveryWishes
{
    public static readonly DeliveryWishes None = new();

    /// <summary>Only to hosts that prove who they are by TLS and ask the same of the next (RFC 8689).</summary>
    public bool RequireTls { get; init; }

    /// <summary>Not before this time, UTC (RFC 4865); null: at once.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>By when (RFC 2852); null: whenever.</summary>
    public DeliverBy? By { get; init; }

    /// <summary>From -9 to 9, the higher first (RFC 6710); null: not said, as 0.</summary>
    public int? Priority { get; init; }

    /// <summary>Delivered by then, or returned.</summary>
    public bool IsTooLate(DateTimeOffset now) => By is { IsReturned: true } by && now >= by.Deadline;
}

/// <summary>A deadline, UTC. Passed: the message is returned, or the sender is told that it is late.</summary>
/// <param name="IsTraced">Each host that relays it shall say so.</param>
public sealed record DeliverBy(DateTimeOffset Deadline, bool IsReturned, bool IsTraced);
