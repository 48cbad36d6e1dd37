using System.Collections.Immutable;
using DirMail.Mail;
using DirMail.Mail.Sieve;
using DirMail.Routing;
using DirMail.Store;
using DirMail.Transfer;
using Microsoft.Extensions.Logging;

namespace DirMail.Channels.Local;

/// <summary>What the newest table says about a row that waits for its recipient: into the mailbox, on its way, returned, or still waiting.</summary>
internal static class FinalAddress
{
    /// <summary>For all recipients of the row, by the scripts of now (<see cref="MailFilter"/>); what a group is still to change is sent on, and asked about there. Few have one: only for them the message is read.</summary>
    public static async Task<IReadOnlyList<Attempt>> DecideAsync(RoutingTable table, Delivery delivery, ILogger logger, CancellationToken cancellationToken)
    {
        bool isFiltered = false;
        Attempt[] attempts = DecideAll((_, _) =>
        {
            isFiltered = true;
            return SieveResult.Kept;
        });
        return isFiltered ? DecideAll((await MailFilter.ReadAsync(delivery, logger, cancellationToken)).Ask) : attempts;

        Attempt[] DecideAll(Func<SieveScript, MailAddress, SieveResult> judge) =>
            [.. delivery.Row.Recipients.Select(row => Decide(table, delivery.Row.Message, row.Recipient, (script, changes) => changes.IsEmpty ? judge(script, row.Recipient.Given) : SieveResult.Kept))];
    }

    private static Attempt Decide(RoutingTable table, QueuedMessage message, QueuedRecipient recipient, Func<SieveScript, ImmutableArray<HeaderChanges>, SieveResult> judge) => table.Resolve(recipient.Final, Poster.Asked) switch
    {
        Resolution.Accepted accepted => Deliver(message, Own(recipient, table.Expand(recipient.Given, accepted, poster: new(message.Sender, false), judge: judge))),
        Resolution.Refused { Reply.IsPermanent: true } refused => new(new Outcome.Failed(Status(refused.Reply), refused.Reply.Text)),
        Resolution.Refused refused => new(new Outcome.Deferred(Status(refused.Reply), refused.Reply.Text)),
        _ => new(new Outcome.Failed(Status(Responses.DomainDeleted), Responses.DomainDeleted.Text)),
    };

    /// <summary>Of a row that stands for the mailbox alone, that mailbox, or what a script has in its place. What groups do to the header is done.</summary>
    private static ImmutableArray<Hop> Own(QueuedRecipient recipient, ImmutableArray<Hop> hops) => Transfer.Local.IsMailboxAlone(recipient)
        && hops.FirstOrDefault(hop => hop is Hop.Mailbox or Hop.Discarded or Hop.Undeliverable { IsRejected: true } && hop.Final.IsSameAs(recipient.Final)) is { } own ? [own with { Changes = [] }] : hops;

    private static Attempt Deliver(QueuedMessage message, ImmutableArray<Hop> hops) => hops switch
    {
        [Hop.Mailbox { Changes.IsEmpty: true } mailbox] => Deliver(message, mailbox),
        [Hop.Discarded] => new(new Outcome.Delivered("", "discarded by a script")),
        [Hop.Waiting waiting] => new(new Outcome.Deferred(Status(waiting.Reply), waiting.Reply.Text)),
        [Hop.Undeliverable { IsRejected: true, Instead: { } kept }] when message.Sender is null => Deliver(message, kept),
        [Hop.Undeliverable undeliverable] => new(new Outcome.Failed(Status(undeliverable.Reply), undeliverable.Reply.Text)),
        _ => new(new Outcome.Delivered("", "sent on")) { SendOn = true },
    };

    private static Attempt Deliver(QueuedMessage message, Hop.Mailbox mailbox) => new(new Outcome.Delivered("", "in the mailbox")) { Deliver = Transfer.Local.Delivery(mailbox, message) };

    private static EnhancedStatus Status(Reply reply) => reply.Status ?? (reply.IsPermanent ? new(5, 0, 0) : new(4, 0, 0));
}
