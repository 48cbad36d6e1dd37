using DirMail.Mail;
using DirMail.Mail.Sieve;
using DirMail.Routing;
using DirMail.Store;
using DirMail.Transfer;
using Microsoft.Extensions.Logging;

namespace DirMail.Channels.Autoreply;

/// <summary>
/// Answers for users whose entries ask for it (mailDeliveryOption: autoreply), or whose scripts do (RFC 5230), by the newest table. The answer is accepted in the commit that removes the row, and so is the note that the
/// sender had one: nobody gets it twice, whatever happens in between. What is not to be answered is finished all the same: the message itself went its own way.
/// </summary>
public sealed class AutoreplyChannel(LiveTable live, TimeProvider clock, ILogger logger) : IChannel
{
    private const int MostHeaderOctets = 64 * 1024;

    public string Name => ChannelNames.Autoreply;

    public async Task<IReadOnlyList<Attempt>> DeliverAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        var header = new byte[(int)Math.Min(delivery.Content.Octets, MostHeaderOctets)];
        int length = 0;
        while (length < header.Length && await delivery.Content.ReadAsync(length, header.AsMemory(length), cancellationToken) is var read and > 0)
            length += read;
        HeaderBlock fields = HeaderBlock.Parse(header.AsSpan(0, length));
        var start = new EchoedMessage(header.AsMemory(0, length), IsWhole: length == delivery.Content.Octets);
        RoutingTable table = live.Current;
        MailFilter? filter = delivery.Row.Recipients.Any(row => IsFiltered(table, row.Recipient)) ? await MailFilter.ReadAsync(delivery, logger, cancellationToken) : null;
        return [.. delivery.Row.Recipients.Select(row => Decide(table, delivery.Row.Message, row.Recipient, fields, start, filter))];
    }

    private static bool IsFiltered(RoutingTable table, QueuedRecipient recipient) =>
        table.Resolve(recipient.Final) is Resolution.Accepted { Recipient: Recipient.User { Entry: var user }, Domain: var domain } && (user.Settings.Script ?? domain.Script) is not null;

    private Attempt Decide(RoutingTable table, QueuedMessage message, QueuedRecipient recipient, HeaderBlock fields, EchoedMessage start, MailFilter? filter)
    {
        if (!table.IsInForce)
            return new(new Outcome.Deferred(Responses.DirectoryNeverLoaded.Status!.Value, Responses.DirectoryNeverLoaded.Text));
        if (table.Resolve(recipient.Final) is not Resolution.Accepted { Recipient: Recipient.User { Entry: var user }, Domain: var domain } accepted || Wanted(table, accepted, user, recipient, filter) is not { } reply)
            return Done("no reply is asked for any more");
        if (message.Sender is not { } sender || Reticence.Against(sender, fields) is { } || table.MaySendAs(user, sender))
            return Done("not answered: automatic, of a list, or without a sender");
        if (!Reticence.IsNamed(fields, address => table.MaySendAs(user, address) || reply.Vacation?.Addresses.Any(address.IsSameAs) == true))
            return Done("not answered: the user is not named in To or Cc");
        byte[] text = new ReplyMessage
        {
            From = reply.Vacation?.From is { } from && table.MaySendAs(user, from) ? from : recipient.Final,
            To = sender,
            Reply = reply,
            IsInternal = domain.Names.Contains(sender.DomainKey),
            Original = fields,
            Echoed = reply.Echoes ? start : null,
            Host = table.IdentityOf(user).HostName,
            Date = clock.GetUtcNow(),
            Id = AcceptanceId.Next(clock),
        }.Compose();
        return Done("answered") with { Reply = new(user.Id, sender, text, reply.OncePer) { Handle = reply.Vacation?.Handle } };
    }

    /// <summary>What a script has answered goes before what the attributes say.</summary>
    private AutoReply? Wanted(RoutingTable table, Resolution.Accepted accepted, MailUser user, QueuedRecipient recipient, MailFilter? filter)
    {
        Hop.Answer? scripted = filter is null ? null : table.Expand(recipient.Given, accepted, judge: (script, changes) => changes.IsEmpty ? filter.Ask(script, recipient.Given) : SieveResult.Kept).OfType<Hop.Answer>().FirstOrDefault(answer => answer.User.Id == user.Id && answer.Reply.Vacation is not null);
        return scripted?.Reply ?? (user.RepliesAt(clock.GetUtcNow()) ? user.Settings.AutoReply : null);
    }

    private static Attempt Done(string what) => new(new Outcome.Delivered("", what));
}
