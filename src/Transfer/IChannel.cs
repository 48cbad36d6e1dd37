using System.Net;
using DirMail.Mail;
using DirMail.Store;

namespace DirMail.Transfer;

/// <summary>A way out: SMTP, local rows, and later LMTP, programs, files, UUCP. One small class each, in a folder of Channels.</summary>
public interface IChannel
{
    /// <summary>The name in settings, queue rows and metrics.</summary>
    string Name { get; }

    /// <summary>
    /// One attempt for all recipients of the delivery; one result each, in their order. Expected failures are outcomes; an exception means a bug or a broken
    /// machine and is taken as deferred for all.
    /// </summary>
    Task<IReadOnlyList<Attempt>> DeliverAsync(Delivery delivery, CancellationToken cancellationToken);
}

/// <summary>One queued message with its due recipients, ready for an attempt.</summary>
public sealed record Delivery(QueueRow Row, MessageContent Content)
{
    /// <summary>Asked before a connection to another host is used or opened; the delivery then counts there, and no longer where it was before. False: that host has as many as it may.</summary>
    public Func<IPEndPoint, bool> TryEnter { get; init; } = static _ => true;
}

/// <summary>How the attempt ended for one recipient.</summary>
public sealed record Attempt(Outcome Outcome)
{
    /// <summary>Local channel only: the entry to write in the commit that removes the row.</summary>
    public LocalDelivery? Deliver { get; init; }

    /// <summary>The address leads elsewhere than to this row's mailbox or server; the message is accepted anew for it in the commit that removes the row.</summary>
    public bool SendOn { get; init; }

    /// <summary>Autoreply channel only: what is sent in the commit that removes the row.</summary>
    public AutomaticReply? Reply { get; init; }

    /// <summary>For all recipients or none: nothing was attempted, since that host has no place now (<see cref="Delivery.TryEnter"/>). The row waits for one, and that is no attempt.</summary>
    public IPEndPoint? FullHost { get; init; }

    /// <summary>When it is put off, it waits for the state of its recipient alone: until released, or until its time is over.</summary>
    public bool IsUntilReleased { get; init; }
}
