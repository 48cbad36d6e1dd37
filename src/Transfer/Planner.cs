using System.Collections.Immutable;
using System.Text;
using DirMail.Mail;
using DirMail.Routing;
using DirMail.Store;
using Microsoft.Extensions.Logging;

namespace DirMail.Transfer;

/// <summary>
/// Decides what one commit writes for a message: pure over one table, so the commit may ask again with a newer one (RESPONSES, "At the dot").
/// All recipients refused: the first one's reply. Some: those wait (inactive, hold, over quota) or are returned, the others are delivered.
/// </summary>
internal sealed class Planner(Submission submission, AcceptanceId id, DateTimeOffset now, TransferSettings settings, ILogger logger)
{
    private readonly Envelope _envelope = submission.Envelope;
    private readonly long _octets = submission.Content.Octets;
    private readonly List<(ImmutableArray<HeaderChanges> Changes, MailFilter Filter)> _filters = [];

    public DeliveryPlan Decide(RoutingTable table)
    {
        SenderIdentity? identity = IdentityOf(table, submission.Origin);
        if (submission.Origin.User is not null && identity is null)
            return new DeliveryPlan { Refusal = Responses.StateChanged };

        List<Decision> decisions = new(_envelope.Recipients.Length);
        foreach (EnvelopeRecipient recipient in _envelope.Recipients)
            decisions.Add(Decide(table, recipient, identity));
        return submission is { AnswersEach: false, Origin.IsAnsweredFor: false } && decisions.TrueForAll(static d => d.Refusal is not null)
            ? new DeliveryPlan { Refusal = decisions is [var first, ..] ? first.Refusal : Responses.BadSequence }
            : Write(table, decisions, identity ?? table.HostIdentity);
    }

    /// <summary>Whose identity a message leaves with; null when the origin may not relay (mail from outside, or the user is not active any more).</summary>
    internal static SenderIdentity? IdentityOf(RoutingTable table, Origin origin)
    {
        if (origin.Kept is { } kept)
            return kept;
        if (origin.User is { } id)
            return table.FindUser(id) is { Status.Status: MailStatus.Active or MailStatus.Overquota } user
                && table.FindDomain(user.Domain) is { Status.Status: MailStatus.Active or MailStatus.Overquota }
                ? table.IdentityOf(user) : null;
        if (!origin.IsTrusted)
            return null;
        return origin.Domain is { } domainId && table.FindDomain(domainId) is { } domain ? table.IdentityOf(domain) : table.HostIdentity;
    }

    private Decision Decide(RoutingTable table, EnvelopeRecipient recipient, SenderIdentity? identity)
    {
        bool isOurs = identity is not null;
        MailAddress given = recipient.Given;
        // what this machine itself sends is not refused for want of a directory: it is resolved when there is one
        if (!table.IsInForce && submission.Origin.IsTrusted)
            return new(recipient, [new Hop.Deferred(given, given, null, null, null)], null);
        switch (table.Resolve(given, submission.Origin.IsAnsweredFor ? Poster.Asked : PosterIn(table)))
        {
            case Resolution.NotHosted when isOurs:
                return new(recipient, [new Hop.Remote(given, given, null, null)], null);
            case Resolution.NotHosted:
                return Returned(recipient, Responses.RelayingDenied);
            case Resolution.Accepted accepted when _octets > accepted.MaxMessageOctets:
                return Returned(recipient, Responses.LargerThanRecipientAllows);
            case Resolution.Accepted accepted:
                IReadOnlyList<Hop> hops = table.Expand(given, accepted, submission.Origin.IsAnsweredFor ? Deferral.Ignored : Deferral.Honoured, PosterIn(table),
                    (script, changes) => Filter(identity ?? table.HostIdentity, changes).Ask(script, given), _octets);
                // a loop is told of now rather than by a report to a sender who may be forged
                if (hops.Any(static hop => hop is Hop.Remote { Identity: not null }) && Trace.HasPassed(submission.Content.Structure, given))
                    return Returned(recipient, Responses.BeenHere);
                return new(recipient, hops, hops is [Hop.Undeliverable { Reply: var reply } only] && (only.IsRejected || reply == Responses.LeadsNowhere) ? reply : null);
            case Resolution.Refused { Domain: { } domain } refused when refused.Reply.IsTransient || refused.Status == MailStatus.Hold:
                return new(recipient, [new Hop.Waiting(given, given, domain, refused.Status, refused.Reply)], refused.WaitsHere(isOurs) ? null : refused.Reply);
            case Resolution.Refused refused:
                return Returned(recipient, refused.Reply);
            default:
                throw new InvalidOperationException("a kind of resolution that nobody decided about");
        }
    }

    /// <summary>A user whose mail waited to be resolved is the one whose identity it kept, where that is still the sender.</summary>
    private Poster PosterIn(RoutingTable table)
    {
        Origin origin = submission.Origin;
        bool isOwners = origin.Kept?.Owner is { } owner && table.FindUser(owner) is { } user && _envelope.Sender is { } sender && table.MaySendAs(user, sender);
        return new(_envelope.Sender, origin.User is not null || origin.IsTrusted || isOwners);
    }

    private static Decision Returned(EnvelopeRecipient recipient, Reply reply) =>
        new(recipient, [new Hop.Undeliverable(recipient.Given, recipient.Given, reply)], reply);

    private DeliveryPlan Write(RoutingTable table, List<Decision> decisions, SenderIdentity identity)
    {
        byte[] remotePrefix = Prefix(identity), localPrefix = ForMailbox(remotePrefix);
        var queue = new QueuePlan(submission, now, settings, new Fronts(submission.Content, localPrefix, remotePrefix));
        var draft = new PlanDraft(table, identity, queue);
        Dictionary<MailAddress, Reply>? refused = submission.AnswersEach ? [] : null;
        foreach (Decision decision in decisions)
            if (refused is not null && decision.Refusal is { } reply)
                refused[decision.Recipient.Given] = reply;
            else
                Add(draft, decision);
        if (refused is not null)
            return draft.Plan() with { NotTaken = refused };
        bool areMailboxes = decisions.TrueForAll(static decision => decision.Hops is [Hop.Mailbox] or [Hop.Mailbox, Hop.Answer]);
        return draft.Plan() with { RefusesWhenAllFull = areMailboxes && submission.Origin is { User: null, IsTrusted: false, IsAnsweredFor: false } };
    }

    /// <summary>A full mailbox has a row to wait in, unless its owner is the recipient and has an answer of his own.</summary>
    private void Add(PlanDraft draft, Decision decision)
    {
        bool isToldWhenFull = submission.AnswersEach && decision.Hops is [Hop.Mailbox];
        EnvelopeRecipient recipient = decision.Recipient;
        if (recipient.Notify.HasFlag(Notify.Success) && Spread(decision.Hops) is { } success)
            recipient = draft.Tell(recipient, success);
        foreach (Hop hop in decision.Hops)
            draft.Add(recipient, hop, isToldWhenFull);
    }

    /// <summary>Success is told of here, and not again for each member (RFC 3461 5.2.7), once one recipient has become several or a list's own. Null: he is still one.</summary>
    private static Outcome.Delivered? Spread(IReadOnlyList<Hop> hops)
    {
        Hop[] ways = [.. hops.Where(static hop => hop is not Hop.Answer)];
        return ways.Length > 0 && Array.TrueForAll(ways, static way => way is Hop.Remote { NewSender: not null } or Hop.Deferred { NewSender: not null }) ? Responses.ListHasIt
            : ways.Length > 1 ? Responses.SentToMembers : null;
    }

    /// <summary>Scripts see the message as it will lie in the mailbox.</summary>
    private MailFilter Filter(SenderIdentity identity, ImmutableArray<HeaderChanges> changes)
    {
        foreach ((ImmutableArray<HeaderChanges> known, MailFilter filter) in _filters)
            if (known.SequenceEqual(changes))
                return filter;
        Front front = new Fronts(submission.Content, ForMailbox(Prefix(identity)), []).Local(changes);
        var made = new MailFilter([.. front.Prefix.Span, .. submission.Content.Header.Span[front.Replaces..]], front.Prefix.Length - front.Replaces + _octets, _envelope.Sender, id, logger);
        _filters.Add((changes, made));
        return made;
    }

    private byte[] ForMailbox(byte[] prefix) => [.. Encoding.UTF8.GetBytes(Trace.ReturnPath(_envelope.Sender)), .. prefix];

    private byte[] Prefix(SenderIdentity identity)
    {
        MailAddress? only = _envelope.Recipients is [var sole] ? sole.Given : null;
        Origin origin = submission.Origin;
        bool isOurs = origin.User is not null || origin.IsTrusted;
        // what a domain sends says its name, whichever of our addresses it came in by
        string received = submission.Fields + Trace.Received(isOurs ? origin with { ByHost = identity.HostName } : origin, id, now, only);
        return Encoding.UTF8.GetBytes(isOurs ? received + Trace.Missing(submission.Content.Structure, identity.HostName, id, now) : received);
    }

    /// <param name="Refusal">What the client is told when every recipient is refused; null: this one is taken.</param>
    private sealed record Decision(EnvelopeRecipient Recipient, IReadOnlyList<Hop> Hops, Reply? Refusal);
}
