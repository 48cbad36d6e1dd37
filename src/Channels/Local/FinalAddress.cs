using DirMail.Mail;
using DirMail.Routing;
using DirMail.Store;
using DirMail.Transfer;

namespace DirMail.Channels.Local;

/// <summary>What the newest table says about a row that waits for its recipient: into the mailbox, on its way, returned, or still waiting.</summary>
internal static class FinalAddress
{
    public static Attempt Decide(RoutingTable table, QueuedMessage message, QueuedRecipient recipient) => table.Resolve(recipient.Final, Poster.Asked) switch
    {
        Resolution.Accepted accepted => Deliver(message, recipient, [.. table.Expand(recipient.Given, accepted, poster: new(message.Sender, false))]),
        Resolution.Refused { Reply.IsPermanent: true } refused => new(new Outcome.Failed(Status(refused.Reply), refused.Reply.Text)),
        Resolution.Refused refused => new(new Outcome.Deferred(Status(refused.Reply), refused.Reply.Text)),
        _ => new(new Outcome.Failed(Status(Responses.DomainDeleted), Responses.DomainDeleted.Text)),
    };

    private static Attempt Deliver(QueuedMessage message, QueuedRecipient recipient, Hop[] hops) => hops switch
    {
        [Hop.Mailbox mailbox] => Deliver(message, mailbox),
        _ when Transfer.Local.IsMailboxAlone(recipient) && hops.OfType<Hop.Mailbox>().FirstOrDefault(hop => hop.Final.IsSameAs(recipient.Final)) is { } own => Deliver(message, own),
        [Hop.Waiting waiting] => new(new Outcome.Deferred(Status(waiting.Reply), waiting.Reply.Text)),
        [Hop.Undeliverable undeliverable] => new(new Outcome.Failed(Status(undeliverable.Reply), undeliverable.Reply.Text)),
        _ => new(new Outcome.Delivered("", "sent on")) { SendOn = true },
    };

    private static Attempt Deliver(QueuedMessage message, Hop.Mailbox mailbox) => new(new Outcome.Delivered("", "in the mailbox")) { Deliver = Transfer.Local.Delivery(mailbox, message.Prefix) };

    private static EnhancedStatus Status(Reply reply) => reply.Status ?? (reply.IsPermanent ? new(5, 0, 0) : new(4, 0, 0));
}
