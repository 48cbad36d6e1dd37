using DirMail.Mail;
using DirMail.Routing;
using DirMail.Store;

namespace DirMail.Transfer;

/// <summary>Turns hops into what the commit writes: entries for plain mailboxes, queue rows for everything else.</summary>
internal sealed class PlanDraft(RoutingTable table, SenderIdentity identity, QueuePlan queue)
{
    private readonly List<LocalDelivery> _local = [];
    private readonly List<(EnvelopeRecipient Recipient, Hop Hop, bool IsToldWhenFull)> _sentOn = [];

    /// <param name="isToldWhenFull">The recipient is refused when the mailbox is full; else a row waits for room.</param>
    public void Add(EnvelopeRecipient recipient, Hop hop, bool isToldWhenFull)
    {
        // whom the sender names as well gets the message as it was sent
        if (hop.Changes.IsEmpty && hop is not Hop.Remote { Identity: not null })
            Write(recipient, hop, isToldWhenFull);
        else
            _sentOn.Add((recipient, hop, isToldWhenFull));
    }

    private void Write(EnvelopeRecipient recipient, Hop hop, bool isToldWhenFull)
    {
        switch (hop)
        {
            // A report of success is owed: delivery and report shall share one commit, which the queue's second door gives.
            case Hop.Mailbox mailbox when queue.IsForLater || (recipient.Notify.HasFlag(Notify.Success) && queue.HasSender):
                queue.Add(mailbox, recipient, mailbox.Domain.Id, MailStatus.Active, null);
                break;
            case Hop.Mailbox mailbox:
                _local.Add(Local.Delivery(mailbox, queue.Fronts.Local(mailbox.Changes)) with { WhenFull = isToldWhenFull ? null : queue.WhenFull(mailbox, recipient), Behind = queue.Behind(mailbox, recipient) });
                break;
            case Hop.Answer answer when queue.HasSender && !JunkMark.IsIn(queue.Fronts.LocalPrefix):
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
            // what a script rejects and nobody can be told of is kept (RFC 5429 2.1)
            case Hop.Undeliverable { IsRejected: true, Instead: { } kept } when !queue.HasSender:
                Write(recipient, kept with { Changes = hop.Changes }, isToldWhenFull);
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

    public DeliveryPlan Plan()
    {
        foreach ((EnvelopeRecipient recipient, Hop hop, bool isToldWhenFull) in _sentOn)
            Write(recipient, hop, isToldWhenFull);
        return new() { Local = _local, Queued = queue.Rows() };
    }
}
