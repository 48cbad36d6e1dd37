using System.Collections.Immutable;
using DirMail.Mail;

namespace DirMail.Routing.Table;

/// <summary>
/// Follows one accepted recipient through groups, forwards and redirects to where its mail really goes. An entry is entered once, which cuts loops and removes
/// duplicates; what leads nowhere at all becomes one failure, so that no mail vanishes.
/// </summary>
internal sealed class Expansion(RoutingTable table, MailAddress given, Deferral deferral)
{
    private const int MaxLevels = 100;

    private readonly Decision _decision = new(table.State, table.Settings, null);
    private readonly ImmutableArray<Hop>.Builder _hops = ImmutableArray.CreateBuilder<Hop>();
    private readonly HashSet<EntryId> _entered = [];
    private readonly HashSet<string> _finals = [];

    public ImmutableArray<Hop> Of(Resolution.Accepted accepted)
    {
        Follow(accepted, new Path(null, null, 0));
        if (_hops.Count == 0)
            _hops.Add(new Hop.Undeliverable(given, accepted.Final, Responses.LeadsNowhere));
        return _hops.ToImmutable();
    }

    private void Follow(Resolution.Accepted accepted, Path path)
    {
        switch (accepted.Recipient)
        {
            case Recipient.User { Entry: var user } when _entered.Add(user.Id):
                FollowUser(accepted.Domain, user, accepted.Final, path);
                break;
            case Recipient.Group { Entry: var group } when _entered.Add(group.Id):
                FollowGroup(accepted.Domain, group, accepted.Final, path);
                break;
            case Recipient.Redirect redirect:
                Follow(redirect.To, accepted.Domain, path.On(table.IdentityOf(accepted.Domain), path.Sender));
                break;
        }
    }

    private void FollowUser(VirtualDomain domain, MailUser user, MailAddress final, Path path)
    {
        if (Waits(domain, MailState.Of(user, table.Settings), final) || Relays(domain, user.RelayHost, user.ForwardTo, final) || Defers(user.Settings.DefersExpansion, domain, final, path))
            return;
        if (user.Delivery.HasFlag(DeliveryOptions.Mailbox))
            Add(new Hop.Mailbox(given, final, domain, user));
        if (user.Delivery.HasFlag(DeliveryOptions.Forward))
            Follow(user.ForwardTo, domain, path.On(table.IdentityOf(user), path.Sender));
    }

    private void FollowGroup(VirtualDomain domain, MailGroup group, MailAddress final, Path path)
    {
        if (Waits(domain, MailState.Of(group, table.Settings), final) || Relays(domain, group.RelayHost, group.ForwardTo, final) || Defers(group.DefersExpansion, domain, final, path))
            return;
        Path on = path.On(table.IdentityOf(domain), group.ErrorsTo ?? path.Sender);
        if (group.Delivery.HasFlag(DeliveryOptions.Members))
        {
            foreach (string dn in group.MemberDns)
                FollowMember(domain, dn, on);
            Follow(group.MemberAddresses, domain, on);
        }
        if (group.Delivery.HasFlag(DeliveryOptions.Forward))
            Follow(group.ForwardTo, domain, on);
    }

    /// <summary>A member of the group's own domain is meant as that entry; one elsewhere counts as its mail address (SCHEMA 4.6). A name of nothing is left out.</summary>
    private void FollowMember(VirtualDomain domain, string dn, Path path)
    {
        if (table.State.FindByName(dn) is not { Home: { } home } member || member is PeopleRow)
            return;
        if (home != domain.Id)
        {
            if (!member.Addresses.IsEmpty)
                Follow(member.Addresses[0], domain, path);
            return;
        }
        MailAddress address = member.Addresses.IsEmpty ? given : member.Addresses[0];
        Continue(_decision.Of(domain, member, address), address, domain, path);
    }

    private void Follow(ImmutableArray<MailAddress> addresses, VirtualDomain from, Path path)
    {
        foreach (MailAddress address in addresses)
            Follow(address, from, path);
    }

    private void Follow(MailAddress address, VirtualDomain from, Path path) => Continue(_decision.Of(address), address, from, path);

    private void Continue(Resolution resolution, MailAddress address, VirtualDomain from, Path path)
    {
        switch (resolution)
        {
            case Resolution.Accepted when path.Level > MaxLevels:
                Add(new Hop.Undeliverable(given, address, Responses.LeadsNowhere));
                break;
            case Resolution.Accepted accepted:
                Follow(accepted, path);
                break;
            case Resolution.Refused { Reply.IsTransient: true } refused:
                Add(new Hop.Waiting(given, address, refused.Domain ?? from, refused.Status, refused.Reply));
                break;
            case Resolution.Refused refused:
                Add(new Hop.Undeliverable(given, address, refused.Reply));
                break;
            case Resolution.NotHosted:
                Add(new Hop.Remote(given, address, path.Identity, path.Sender));
                break;
        }
    }

    private bool Defers(bool isAsked, VirtualDomain domain, MailAddress final, Path path)
    {
        if (isAsked && deferral == Deferral.Honoured)
            Add(new Hop.Deferred(given, final, domain, path.Identity, path.Sender));
        return isAsked && deferral == Deferral.Honoured;
    }

    /// <summary>Taken, yet not to be delivered now: on hold, or postmaster of an inactive domain.</summary>
    private bool Waits(VirtualDomain domain, StatusDecision own, MailAddress final)
    {
        StatusDecision status = StatusLadder.First(domain.Status, own);
        if (status.Status == MailStatus.Active)
            return false;
        Add(new Hop.Waiting(given, final, domain, status.Status, StatusLadder.Refusal(status.Status, ofDomain: false) ?? Responses.Inactive));
        return true;
    }

    /// <summary>Kept by another server of ours: handed on there as the host, unbound (DESIGN, Identity of what leaves).</summary>
    private bool Relays(VirtualDomain domain, string? host, ImmutableArray<MailAddress> routed, MailAddress final)
    {
        if (host is null)
            return false;
        Add(new Hop.Remote(given, routed.IsEmpty ? final : routed[0], Identities.OfRelay(domain, table.HostIdentity), null) { RelayHost = host });
        return true;
    }

    private void Add(Hop hop)
    {
        // Local parts elsewhere are opaque: only their octets tell whether two addresses are one.
        if (_finals.Add(hop is Hop.Remote ? hop.Final.LocalPart + "@" + hop.Final.DomainKey : hop.Final.Key))
            _hops.Add(hop);
    }

    /// <summary>What holds for mail that leaves from here on: whose identity, and the envelope sender in place of the poster's.</summary>
    private sealed record Path(SenderIdentity? Identity, MailAddress? Sender, int Level)
    {
        public Path On(SenderIdentity identity, MailAddress? sender) => new(identity, sender, Level + 1);
    }
}
