using DirMail.Mail;
using DirMail.Routing;
using DirMail.Store;

namespace DirMail.Transfer;

/// <summary>What the newest table says about a queued row before it is attempted (RESPONSES, Outgoing).</summary>
internal abstract record Standing
{
    private static readonly Standing Go = new Attempt();
    private static readonly Standing Held = new Wait();
    private static readonly Standing Gone = new Over();

    private Standing() { }

    public sealed record Attempt : Standing;

    /// <summary>The sender's domain is suspended: kept, not attempted, until a table says otherwise.</summary>
    public sealed record Wait : Standing;

    /// <summary>The sender's domain is gone, and its mail with it (<see cref="DeletedDomains"/>).</summary>
    public sealed record Over : Standing;

    /// <summary>Pure. Rows for recipients here are decided by their channel.</summary>
    public static Standing Of(RoutingTable table, EntryId domain, string channel)
    {
        if (ChannelNames.IsHere(channel) || domain == default || domain == table.HostIdentity.Domain)
            return Go;
        if (!table.IsInForce)
            return Held;
        return table.FindDomain(domain)?.Status.Status switch
        {
            MailStatus.Active or MailStatus.Overquota => Go,
            MailStatus.Inactive or MailStatus.Hold or MailStatus.Disabled => Held,
            _ => Gone,
        };
    }

    /// <summary>Whether mail for that address would still have to wait here.</summary>
    public static bool Waits(RoutingTable table, MailAddress final) => table.Resolve(final, Poster.Asked) switch
    {
        Resolution.Refused refused => refused.Reply.IsTransient,
        Resolution.Accepted accepted => table.Expand(final, accepted, poster: Poster.Asked).All(static hop => hop is Hop.Waiting),
        _ => false,
    };

    /// <summary>
    /// Whether mail on its way to another server is for an address of a domain here that goes elsewhere now: what the domain or the entry says of it (mailRoutingHosts, mailRoutingSmartHost, mailHost) has
    /// changed, or the domain is new here. It is resolved again.
    /// </summary>
    public static bool HasMoved(RoutingTable table, QueuedMessage message, MailAddress final)
    {
        if (message.Channel != ChannelNames.Smtp || !table.IsInForce || table.FindDomain(final.DomainKey) is null)
            return false;
        return table.Resolve(final, Poster.Asked) is not Resolution.Accepted accepted
            || !table.Expand(final, accepted, poster: Poster.Asked).Any(hop => hop is Hop.Remote remote && remote.Destination == message.Destination && remote.Final.IsSameAs(final));
    }

    /// <summary>
    /// Who the row leaves as now: chosen again only when the owner's entry no longer lists that address, or listed none that could be used, never because it is down. What its owner
    /// has lost altogether leaves as the domain.
    /// </summary>
    public static OutgoingIdentity Identity(RoutingTable table, QueuedMessage message)
    {
        OutgoingIdentity fixedThen = message.Identity;
        if (fixedThen.Owner is not { } owner)
            return fixedThen;
        var listed = table.FindUser(owner)?.VirtualAddresses ?? table.FindDomain(owner)?.VirtualAddresses ?? [];
        bool hadOne = fixedThen.V4 is not null || fixedThen.V6 is not null;
        if (hadOne && (fixedThen.V4 is null || listed.Contains(fixedThen.V4)) && (fixedThen.V6 is null || listed.Contains(fixedThen.V6)))
            return fixedThen;
        SenderIdentity? now = table.CurrentIdentity(owner) ?? (table.FindDomain(message.Domain) is { } domain ? table.IdentityOf(domain) : null);
        return now is null ? fixedThen : new(now.Owner, now.HostName, now.V4, now.V6);
    }
}
