using DirMail.Mail;
using DirMail.Routing;
using DirMail.Store;
using DirMail.Transfer;

namespace DirMail.Channels.Local;

/// <summary>
/// Mail that waits for a recipient here: resolved again from its final address at each attempt, and put into the mailbox by the commit that removes the row.
/// Two instances serve the rows named "local" and "hold".
/// </summary>
public sealed class LocalChannel(LiveTable live, string name = ChannelNames.Local) : IChannel
{
    public string Name => name;

    public Task<IReadOnlyList<Attempt>> DeliverAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        RoutingTable table = live.Current;
        return Task.FromResult<IReadOnlyList<Attempt>>([.. delivery.Row.Recipients.Select(row => Decide(table, delivery.Row.Message, row.Recipient))]);
    }

    private static Attempt Decide(RoutingTable table, QueuedMessage message, QueuedRecipient recipient) => table.Resolve(recipient.Final) switch
    {
        Resolution.Accepted accepted => Deliver(message, [.. table.Expand(recipient.Given, accepted)]),
        Resolution.Refused { Reply.IsPermanent: true } refused => new(new Outcome.Failed(Status(refused.Reply), refused.Reply.Text)),
        Resolution.Refused refused => new(new Outcome.Deferred(Status(refused.Reply), refused.Reply.Text)),
        _ => new(new Outcome.Failed(Status(Responses.DomainDeleted), Responses.DomainDeleted.Text)),
    };

    private static Attempt Deliver(QueuedMessage message, Hop[] hops) => hops switch
    {
        [Hop.Mailbox mailbox] => new(new Outcome.Delivered("", "in the mailbox")) { Deliver = Transfer.Local.Delivery(mailbox, message.Prefix) },
        [Hop.Waiting waiting] => new(new Outcome.Deferred(Status(waiting.Reply), waiting.Reply.Text)),
        [Hop.Undeliverable undeliverable] => new(new Outcome.Failed(Status(undeliverable.Reply), undeliverable.Reply.Text)),
        _ => new(new Outcome.Delivered("", "sent on")) { SendOn = true },
    };

    private static EnhancedStatus Status(Reply reply) => reply.Status ?? (reply.IsPermanent ? new(5, 0, 0) : new(4, 0, 0));
}
