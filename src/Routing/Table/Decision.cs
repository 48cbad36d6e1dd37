using System.Collections.Immutable;
using System.Net;
using DirMail.Mail;

namespace DirMail.Routing.Table;

/// <summary>
/// Decides one recipient over one snapshot, in the order of RESPONSES: domain known, its state, local part known, the entry's state, its delivery options.
/// With a list of reasons it records each step; without one it only decides. There is no second copy of these rules.
/// </summary>
internal readonly struct Decision(TableState state, TableSettings settings, Poster poster, ReasonLog? reasons)
{
    public Resolution Of(MailAddress address)
    {
        // before the domain is looked for: the processor then goes on to the entry while it still waits for the domain's name, to compare it
        string key = address.LocalKey;
        int hash = ByAddress.HashOf(key);
        if (!TryDomain(address, out DomainRow? row, out Resolution? elsewhere))
            return elsewhere!;
        VirtualDomain domain = row!.Domain;
        reasons?.Add(domain.Dn, settings.Attributes.DomainNames, address.IsLiteral ? domain.Name : address.DomainKey, "hosted here");
        // before the state of the domain is looked at: the processor then waits for both at once
        Claim? claim = row.Addresses.Find(key, hash);
        bool isElsewhere = DomainRelays.IsElsewhere(state, settings, domain);
        if (!isElsewhere && !domain.RoutingHosts.IsEmpty)
            reasons?.Add(domain.Dn, settings.Attributes.RoutingHosts, string.Join(", ", domain.RoutingHosts), "this server is among them: delivered here");
        if (claim is null && Srs.IsOurForm(address) && !isElsewhere)
            return ReturnAddress(domain, address);
        bool isPostmaster = address.LocalPart.Equals("postmaster", StringComparison.OrdinalIgnoreCase) && domain.Status.Status is MailStatus.Active or MailStatus.Inactive;
        if (!isPostmaster && StatusLadder.Refusal(domain.Status.Status, ofDomain: true) is { } refusal)
            return NotPosted(domain, claim?.Sole, refusal) ?? Refuse(domain, domain.Dn, domain.Status, refusal);
        if (address.NeedsUtf8)
            return Refuse(domain, domain.Dn, "", address.LocalPart, Responses.NonAsciiLocalPart);
        if (isElsewhere)
            return Elsewhere(domain, settings.Attributes.RoutingHosts, domain.RoutingHosts, domain.HasUnreadRoutingHost, address);
        if (isPostmaster)
            return Postmaster(domain, claim, address);
        if (domain.Blocked is not null)
            return Refuse(domain, domain.Dn, domain.Blocked, "", Responses.DirectoryProblem);
        return claim is null ? NoEntry(domain, address) : OfClaim(domain, claim, address);
    }

    /// <summary>A member found by its name in the directory, not by an address.</summary>
    public Resolution Of(VirtualDomain domain, Row row, MailAddress address)
    {
        if (StatusLadder.Refusal(domain.Status.Status, ofDomain: true) is { } refusal)
            return NotPosted(domain, row, refusal) ?? Refuse(domain, domain.Dn, domain.Status, refusal);
        return OfEntry(domain, row, address);
    }

    /// <summary>Mail that would wait here is not asked about again: who may not post is told so at once.</summary>
    private Resolution.Refused? NotPosted(VirtualDomain domain, Row? row, Reply refusal) =>
        refusal.IsTransient && row is GroupRow { Group: { Posting: not null } group } && MayNotPost(domain, group) is { } forbidden
            ? Refuse(domain, group.Dn, forbidden.Attribute, forbidden.Value, group.Posting.Answer) : null;

    private (string Attribute, string Value)? MayNotPost(VirtualDomain domain, MailGroup group) =>
        group.Posting is { } rules && !poster.IsAsked ? new Posting(state, domain, settings.Attributes, poster.Sender, poster.IsAuthenticated).Refusal(rules) : null;

    private bool TryDomain(MailAddress address, out DomainRow? row, out Resolution? elsewhere)
    {
        row = null;
        elsewhere = null;
        if (address.IsLiteral)
            row = AtLiteral(address.LiteralAddress());
        else if (state.Names.Find(address.DomainKey) is { } claim)
        {
            row = claim.Sole;
            if (row is null || HasSharedBase(row))
            {
                string dn = (row ?? state.Domains.Find(claim.Holders[0]))?.Domain.Dn ?? state.Entries.Find(claim.Holders[0])?.Dn ?? "";
                elsewhere = Refuse(row?.Domain, dn, settings.Attributes.DomainNames, address.DomainKey, Responses.DirectoryProblem);
            }
        }
        if (row is null && elsewhere is null)
        {
            reasons?.Add("", settings.Attributes.DomainNames, address.DomainKey, "no domain has this name: not hosted here");
            elsewhere = new Resolution.NotHosted(address.DomainKey) { Reasons = Told };
        }
        return elsewhere is null;
    }

    /// <summary>Two domains with one base are a conflict: a table without conflicts need not be asked for the base.</summary>
    private bool HasSharedBase(DomainRow row) => !state.Conflicts.IsEmpty && state.Bases[row.Facts.BaseKey].Length > 1;

    /// <summary>user@[address of ours] is the user of that address's domain; the host's own addresses are those of the host domain.</summary>
    private DomainRow? AtLiteral(IPAddress? address)
    {
        if (address is null)
            return null;
        if (state.VirtualAddresses.TryGetValue(address, out ImmutableArray<AddressClaim> claims))
            return state.Domains.Find(claims[0].Domain);
        return IPAddress.IsLoopback(address) ? state.Names.Find(settings.HostDomainKey)?.Sole : null;
    }

    /// <summary>Where reports about forwarded mail come back to: turned back to its sender, from the domain that forwarded. Anything else that comes there is refused.</summary>
    private Resolution ReturnAddress(VirtualDomain domain, MailAddress address)
    {
        if (poster.Sender is not null)
            return Refuse(domain, "", "SRS", address.LocalPart, Responses.BadReturnAddress, "a return address takes reports only, which have no sender");
        if (domain.Status.Status != MailStatus.Active)
            return Refuse(domain, domain.Dn, domain.Status.Attribute ?? "", domain.Status.Value ?? "", Responses.BadReturnAddress);
        return settings.ReturnAddresses?.Restore(address, domain.Id, settings.Clock.GetUtcNow()) switch
        {
            SrsAnswer.Original original => Redirect(domain, "SRS", [original.Sender], address),
            SrsAnswer.TooOld => Refuse(domain, "", "SRS", address.LocalPart, Responses.BadReturnAddress, $"a return address of ours, more than {Srs.MaxDays} days old"),
            _ => ToSmartHost(domain, address) ?? Refuse(domain, "", "SRS", address.LocalPart, Responses.BadReturnAddress, "a return address that was not made here"),
        };
    }

    /// <summary>Always taken (RFC 5321 4.5.1): by the entry, else by mailDomainPostmaster, else by the site's postmaster.</summary>
    private Resolution Postmaster(VirtualDomain domain, Claim? claim, MailAddress address)
    {
        if (claim?.Sole is { } row && OfEntry(domain, row, address, anyonePosts: true) is Resolution.Accepted entry)
            return entry;
        ImmutableArray<MailAddress> others = domain.Postmasters.RemoveAll(p => IsPostmasterOf(p, domain));
        if (!others.IsEmpty)
            return Redirect(domain, settings.Attributes.Postmaster, others, address);
        if (settings.SitePostmaster is { } site && !IsPostmasterOf(site, domain))
            return Redirect(domain, "sitePostmaster", [site], address);
        return claim is null ? NoEntry(domain, address) : OfClaim(domain, claim, address);
    }

    private static bool IsPostmasterOf(MailAddress address, VirtualDomain domain) => address.LocalKey == "postmaster" && domain.Names.Contains(address.DomainKey);

    private Resolution NoEntry(VirtualDomain domain, MailAddress address)
    {
        if (domain.CatchAll is { } catchAll)
            return Redirect(domain, settings.Attributes.CatchAll, [catchAll], address);
        return ToSmartHost(domain, address) ?? Refuse(domain, domain.Dn, settings.Attributes.Mail, address.LocalKey, Responses.UnknownLocalPart);
    }

    /// <summary>Catch-all first, then the smart host (A 9.1.2.6); null: there is none.</summary>
    private Resolution? ToSmartHost(VirtualDomain domain, MailAddress address) =>
        DomainRelays.SmartHost(state, settings, domain) is { } server ? Elsewhere(domain, settings.Attributes.SmartHost, [server], isUnread: false, address)
        : domain.HasUnreadSmartHost ? Elsewhere(domain, settings.Attributes.SmartHost, [], isUnread: true, address)
        : null;

    /// <summary>
    /// Relayed for anybody, so only what can mean nothing but a mailbox of the domain: a local part that names a further host (user%host, host!user, "user@host") would make us
    /// the way into a server that trusts us.
    /// </summary>
    private Resolution Elsewhere(VirtualDomain domain, string attribute, ImmutableArray<RelayServer> servers, bool isUnread, MailAddress address)
    {
        if (isUnread)
            return Refuse(domain, domain.Dn, attribute, string.Join(", ", servers), Responses.DirectoryProblem, "has a value that cannot be read: mail waits");
        if (address.LocalPart.AsSpan().ContainsAny("%!@"))
            return Refuse(domain, domain.Dn, attribute, address.LocalPart, Responses.UnknownLocalPart, "names a further host before the @: not relayed");
        reasons?.Add(domain.Dn, attribute, string.Join(", ", servers), "kept there: relayed");
        MailAddress final = address.IsLiteral && MailAddress.TryParse(address.LocalPart + "@" + domain.Name, out MailAddress named) ? named : address;
        return new Resolution.Accepted(domain, new Recipient.Elsewhere(attribute, RelayServer.Destination(servers, settings.RelayHosts)), final) { Reasons = Told };
    }

    private Resolution OfClaim(VirtualDomain domain, Claim claim, MailAddress address) =>
        claim.Sole is { } row ? OfEntry(domain, row, address) : Refuse(domain, claim.Holders[0].Dn, settings.Attributes.Mail, address.LocalKey, Responses.DirectoryProblem);

    private Resolution OfEntry(VirtualDomain domain, Row row, MailAddress address, bool anyonePosts = false)
    {
        switch (row)
        {
            case UserRow { User: var user }:
                return Judge(domain, row, MailState.Of(user, settings), BlockedBy(user)) ?? NotAdopted(domain, row) ?? Accept(domain, row, new Recipient.User(user), address);
            case GroupRow { Group: var group }:
                string? blocked = group.Blocked ?? ((group.Delivery & ~DeliveryOptions.Available) != 0 ? settings.Attributes.DeliveryOption : null);
                Resolution.Refused? refused = Judge(domain, row, MailState.Of(group, settings), blocked) ?? (group.Delivery.HasFlag(DeliveryOptions.Shared) ? NotAdopted(domain, row) : null);
                if (refused is { Reply.IsTransient: false } || anyonePosts || MayNotPost(domain, group) is not { } forbidden)
                    return refused ?? Accept(domain, row, new Recipient.Group(group), address);
                return refused is null && Moderators(domain, group) is { IsEmpty: false } moderators
                    ? Redirect(domain, settings.Attributes.Moderator, moderators, address)
                    : Refuse(domain, row.Dn, forbidden.Attribute, forbidden.Value, group.Posting!.Answer);
            default:
                return Refuse(domain, row.Dn, settings.Attributes.Mail, address.LocalKey, Responses.UnknownLocalPart);
        }
    }

    /// <summary>Who gets instead what may not be posted; never the group itself.</summary>
    private ImmutableArray<MailAddress> Moderators(VirtualDomain domain, MailGroup group) =>
        new Posting(state, domain, settings.Attributes, poster.Sender, poster.IsAuthenticated).AddressesOf(group.Posting!.Moderators).RemoveAll(a => domain.Names.Contains(a.DomainKey) && group.Addresses.Any(own => own.LocalKey == a.LocalKey));

    private Resolution.Refused? Judge(VirtualDomain domain, Row row, StatusDecision own, string? blocked)
    {
        if (domain.Status.Status != MailStatus.Hold && StatusLadder.Refusal(own.Status, ofDomain: false) is { } refusal)
            return Refuse(domain, row.Dn, own, refusal);
        if (StatusLadder.First(domain.Status, own) is { Status: MailStatus.Hold } hold)
            reasons?.Add(own.Status == MailStatus.Hold ? row.Dn : domain.Dn, hold.Attribute!, hold.Value!, "taken, and kept until active again");
        else if (blocked is not null)
            return Refuse(domain, row.Dn, blocked, "", Responses.DirectoryProblem);
        return null;
    }

    /// <summary>It came under the name of another whose mailbox is kept: mail from outside is asked to come again, that of own users waits here.</summary>
    private Resolution.Refused? NotAdopted(VirtualDomain domain, Row row) => state.NotAdopted.TryGetValue(row.Id, out EntryId former)
        ? Refuse(domain, row.Dn, new(MailStatus.Inactive, "entryUUID", $"{row.Id}, before {former}"), Responses.DirectoryProblem)
        : null;

    /// <summary>The attribute for which the user's mail cannot be delivered now; an autoreply counts only in its window (SCHEMA 3.5).</summary>
    private string? BlockedBy(MailUser user)
    {
        if (user.Blocked is not null)
            return user.Blocked;
        DeliveryOptions options = user.Delivery;
        if (options.HasFlag(DeliveryOptions.Autoreply) && !user.RepliesAt(settings.Clock.GetUtcNow()))
            options &= ~DeliveryOptions.Autoreply;
        return options == DeliveryOptions.None || (options & ~DeliveryOptions.Available) != 0 ? settings.Attributes.DeliveryOption : null;
    }

    private Resolution Accept(VirtualDomain domain, Row row, Recipient recipient, MailAddress address)
    {
        if (reasons is not null)
        {
            (string attribute, string value) = Listed(row, address);
            reasons.Add(row.Dn, attribute, value, recipient is Recipient.User ? "the user's mailbox or forward" : "the group's members");
        }
        MailAddress final = row.Addresses.IsEmpty ? address : row.Addresses[0];
        return new Resolution.Accepted(domain, recipient, final) { Reasons = Told };
    }

    /// <summary>Where the entry has the address. Of those after the first the table does not keep which attribute they are in.</summary>
    private (string Attribute, string Value) Listed(Row row, MailAddress address)
    {
        string key = address.LocalKey;
        int at = row.Addresses.IsDefaultOrEmpty ? -1 : row.Addresses.ToList().FindIndex(one => one.LocalKey == key);
        return (at <= 0 ? settings.Attributes.Mail : $"{settings.Attributes.AlternateAddress} or {settings.Attributes.EquivalentAddress}", at < 0 ? key : row.Addresses[at].ToString());
    }

    private Resolution Redirect(VirtualDomain domain, string attribute, ImmutableArray<MailAddress> to, MailAddress address)
    {
        reasons?.Add(domain.Dn, attribute, string.Join(", ", to), "goes there");
        MailAddress final = MailAddress.TryParse(address.LocalPart + "@" + domain.Name, out MailAddress canonical) ? canonical : address;
        return new Resolution.Accepted(domain, new Recipient.Redirect(attribute, to), final) { Reasons = Told };
    }

    private Resolution.Refused Refuse(VirtualDomain domain, string dn, StatusDecision status, Reply reply)
    {
        reasons?.Add(dn, status.Attribute ?? "", status.Value ?? "", reply.ToString());
        return new(domain, reply, status.Status) { Reasons = Told };
    }

    private Resolution.Refused Refuse(VirtualDomain? domain, string dn, string attribute, string value, Reply reply, string? why = null)
    {
        reasons?.Add(dn, attribute, value, why ?? reply.ToString());
        return new(domain, reply, MailStatus.Active) { Reasons = Told };
    }

    private ImmutableArray<Reason> Told => reasons?.ToImmutable() ?? [];
}
