using DirMail.Mail;
using DirMail.Routing;
using DirMail.Store;

namespace DirMail.Transfer;

/// <summary>Turns hops into what the commit writes: entries for plain mailboxes, queue rows for everything else.</summary>
internal sealed class PlanDraft(RoutingTable table, SenderIdentity identity, QueuePlan queue)
{
    private readonly List<LocalDelivery> _local = [];

    /// <param name="isToldWhenFull">The recipient is refused when the mailbox is full; else a row waits for room.</param>
    public void Add(EnvelopeRecipient recipient, Hop hop, bool isToldWhenFull)
    {
        switch (hop)
        {
            // A report of success is owed: delivery and report shall share one commit, which the queue's second door gives.
            case Hop.Mailbox mailbox when queue.IsForLater || (recipient.Notify.HasFlag(Notify.Success) && queue.HasSender):
                queue.Add(mailbox, recipient, mailbox.Domain.Id, MailStatus.Active, null);
                break;
            case Hop.Mailbox mailbox:
                _local.Add(Local.Delivery(mailbox, queue.LocalPrefix) with { WhenFull = isToldWhenFull ? null : queue.WhenFull(mailbox, recipient), Behind = queue.Behind(mailbox, recipient) });
                break;
            case Hop.Answer answer when queue.HasSender && !JunkMark.IsIn(queue.LocalPrefix.Span):
                queue.Add(answer, recipient);
                break;
            case Hop.Remote remote:
                queue.Add(remote, recipient, identity, table);
                break;
            case Hop.Deferred deferred:
                queue.Add(deferred, recipient, identity);
                break;
            case Hop.Waiting waiting:
                queue.Add(waiting, recipient, waiting.Domain.Id, waiting.Status, waiting.Reply.ToString());
                break;
            case Hop.Undeliverable undeliverable:
                queue.AddReturn(undeliverable, recipient, table.FindDomain(undeliverable.Given.DomainKey)?.Id ?? identity.Domain);
                break;
        }
    }

    /// <summary>Tells the poster that it went on to several, and gives the recipient as they get it: nothing more is told of success.</summary>
    public EnvelopeRecipient Tell(EnvelopeRecipient recipient, Outcome.Delivered success)
    {
        if (queue.HasSender)
            queue.AddSuccess(recipient, table.FindDomain(recipient.Given.DomainKey)?.Id ?? identity.Domain, success);
        return recipient with { Notify = recipient.Notify & ~Notify.Success };
    }

    public DeliveryPlan Plan() => new() { Local = _local, Queued = queue.Rows() };
}

/// <summary>The entry that a resolved mailbox gets: the same at the first attempt and at every later one. What bears the <see cref="JunkMark"/> is filed as junk.</summary>
public static class Local
{
    public static LocalDelivery Delivery(Hop.Mailbox hop, ReadOnlyMemory<byte> prefix) =>
        JunkMark.IsIn(prefix.Span)
            ? Delivery(hop, hop.IsShared ? $"INBOX/{JunkMark.Mailbox}" : JunkMark.Mailbox, prefix) with { SpecialUse = JunkMark.Use }
            : Delivery(hop, "INBOX", prefix);

    /// <summary>
    /// Whether a waiting row stands for the recipient's mailbox alone: it was full, or the delivery was to be a row. Whatever else the address leads to has gone its way; a row that waits for a state
    /// stands for all of it.
    /// </summary>
    public static bool IsMailboxAlone(QueuedRecipient recipient) => recipient.Reason is null || recipient.Reason == Full;

    /// <summary>Why a row waits for a mailbox found full inside the commit.</summary>
    internal static string Full { get; } = $"{Responses.Overquota} (the mailbox is full)";

    private static LocalDelivery Delivery(Hop.Mailbox hop, string folder, ReadOnlyMemory<byte> prefix) =>
        new(hop.Account, folder, prefix, Quota(hop.Domain) with { Octets = hop.QuotaOctets, Messages = hop.QuotaMessages }) { Given = hop.Given, Final = hop.Final };

    /// <summary>What a group may keep: it has no limits of its own.</summary>
    public static Quota Quota(VirtualDomain domain) => new(null, null) { Shared = new(domain.Id, domain.QuotaOctets, domain.QuotaMessages) };

    /// <summary>What a user may keep: the own limits, and those of the domain.</summary>
    public static Quota Quota(MailUser user, VirtualDomain domain) =>
        new(user.QuotaOctets, user.QuotaMessages) { Shared = new(domain.Id, domain.QuotaOctets, domain.QuotaMessages) };
}
