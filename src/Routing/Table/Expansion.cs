using System.Collections.Immutable;
using DirMail.Mail;
using DirMail.Mail.Sieve;

namespace DirMail.Routing.Table;

/// <summary>
/// Follows one accepted recipient through groups, forwards and redirects to where its mail really goes. An entry is entered once, which cuts loops and removes
/// duplicates; what leads nowhere at all becomes one failure, so that no mail vanishes.
/// </summary>
internal sealed class Expansion(RoutingTable table, MailAddress given, Deferral deferral, Poster poster, ReasonLog? reasons = null)
{
    private const int MaxLevels = 100;

    private readonly Decision _decision = new(table.State, table.Settings, poster, reasons);
    private readonly AttributeNames _names = table.Settings.Attributes;
    private readonly ImmutableArray<Hop>.Builder _hops = ImmutableArray.CreateBuilder<Hop>();
    private readonly HashSet<EntryId> _entered = [];
    private readonly HashSet<string> _finals = [];

    /// <summary>Asks a script about the message, as groups on the way changed it; null: there is none yet.</summary>
    public Func<SieveScript, ImmutableArray<HeaderChanges>, SieveResult>? Judge { get; init; }

    /// <summary>Of the message; 0: there is none yet.</summary>
    public long Octets { get; init; }

    private Filters Filters => field ??= new(Judge, _names, reasons);

    public ImmutableArray<Hop> Of(Resolution.Accepted accepted)
    {
        Follow(accepted, Path.Start);
        if (_hops.Count == 0)
            Add(new Hop.Undeliverable(given, accepted.Final, Responses.LeadsNowhere), Path.Start, "", "", given.ToString());
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
                Follow(redirect.To, accepted.Domain, path.On(IdentityOf(accepted.Domain), path.Sender), accepted.Domain.Dn, redirect.Attribute);
                break;
            case Recipient.Elsewhere elsewhere:
                if (!Waits(accepted.Domain, default, accepted.Final, path))
                    Relay(accepted.Domain, elsewhere.Host, accepted.Final, path, (accepted.Domain.Dn, elsewhere.Attribute));
                break;
            default:
                reasons?.Add("", "", accepted.Final.ToString(), "entered before: left out");
                break;
        }
    }

    private void FollowUser(VirtualDomain domain, MailUser user, MailAddress final, Path path)
    {
        if (Waits(domain, MailState.Of(user, table.Settings), final, path) || Relays(domain, user.RelayHost, user.ForwardTo, final, path, user.Dn) || Defers(user.Settings.DefersExpansion, domain, final, path))
            return;
        if (user.Delivery.HasFlag(DeliveryOptions.Mailbox) || Answers(user, path))
            Keep(domain, user, final, path);
        if (user.Delivery.HasFlag(DeliveryOptions.Forward))
            Follow(user.ForwardTo, domain, path.On(Identities.Of(table, user, domain, table.Reasons(reasons)), path.Sender), user.Dn, _names.ForwardingAddress);
    }

    /// <summary>What the user has here, a mailbox and an automatic reply, goes by the scripts. A redirect to nobody but the user keeps the message.</summary>
    private void Keep(VirtualDomain domain, MailUser user, MailAddress final, Path path)
    {
        (SieveResult wanted, string dn, string attribute) = Filters.Of(domain, user, path.Changes);
        Hop.Mailbox? mailbox = user.Delivery.HasFlag(DeliveryOptions.Mailbox)
            ? new(given, final, domain, user.Id, user.Uid) { QuotaOctets = user.QuotaOctets, QuotaMessages = user.QuotaMessages, Filings = wanted.Filings } : null;
        int before = _hops.Count;
        if (wanted.IsUnwanted)
            Add(Ending(wanted, final, mailbox), path, dn, attribute, "");
        else if (!wanted.Redirects.IsEmpty)
            Follow(wanted.Redirects, domain, path.On(Identities.Of(table, user, domain, table.Reasons(reasons)), path.Sender), dn, attribute);
        if (mailbox is not null && !wanted.IsUnwanted && (!wanted.Filings.IsEmpty || _hops.Count == before))
            Add(mailbox, path, user.Dn, _names.DeliveryOption, "mailbox");
        if (wanted.Vacation is { } vacation && !path.IsList)
            Add(new Hop.Answer(given, final, domain, user, AutoReply.Of(vacation)), path, dn, attribute, "vacation");
        else if (!wanted.IsUnwanted && Answers(user, path))
            Add(new Hop.Answer(given, final, domain, user, user.Settings.AutoReply!), path, user.Dn, _names.DeliveryOption, "autoreply");
    }

    private bool Answers(MailUser user, Path path) =>
        user.Delivery.HasFlag(DeliveryOptions.Autoreply) && !path.IsList && user.Settings is { AutoReply: not null } settings && settings.RepliesAt(table.Settings.Clock.GetUtcNow());

    /// <param name="mailbox">Where what is rejected goes when nobody can be told.</param>
    private Hop Ending(SieveResult wanted, MailAddress final, Hop.Mailbox? mailbox) => wanted.Rejection is { } reason
        ? new Hop.Undeliverable(given, final, Responses.RejectedByRecipient.Saying(reason)) { IsRejected = true, Instead = mailbox is null ? null : mailbox with { Filings = [] } }
        : new Hop.Discarded(given, final);

    private void FollowGroup(VirtualDomain domain, MailGroup group, MailAddress final, Path path)
    {
        if (Waits(domain, MailState.Of(group, table.Settings), final, path) || Relays(domain, group.RelayHost, group.ForwardTo, final, path, group.Dn) || Defers(group.DefersExpansion, domain, final, path))
            return;
        (SieveResult wanted, string scriptDn, string attribute) = Filters.Of(group, path.Changes);
        if (wanted.IsUnwanted)
            Add(Ending(wanted, final, null), path, scriptDn, attribute, "");
        Path on = path.On(IdentityOf(domain), group.ErrorsTo ?? ErrorsFound(domain, group) ?? path.Sender) with { IsList = true, Changes = ChangesOf(group, path) };
        Follow(wanted.Redirects, domain, on, scriptDn, attribute);
        if (wanted.Filings.IsEmpty)
            return;
        if (group.Delivery.HasFlag(DeliveryOptions.Shared))
            Add(new Hop.Mailbox(given, final, domain, group.Id, group.LocalName) { IsShared = true, Filings = wanted.Filings }, on, group.Dn, _names.DeliveryOption, "shared");
        if (group.Delivery.HasFlag(DeliveryOptions.Members))
        {
            foreach (string dn in group.MemberDns)
                FollowMember(domain, group, dn, on);
            foreach (MemberSearch search in group.MemberSearches)
                foreach (Row member in FoundMembers.Of(table.State, domain.Id, search, _names))
                    FollowMember(domain, group, member, (_names.MemberUrl, member.DnKey), on);
            Follow(group.MemberAddresses, domain, on, group.Dn, _names.MemberAddress);
        }
        if (group.Delivery.HasFlag(DeliveryOptions.Forward))
            Follow(group.ForwardTo, domain, on, group.Dn, _names.ForwardingAddress);
    }

    private ImmutableArray<HeaderChanges> ChangesOf(MailGroup group, Path path)
    {
        if (group.Changes is not { } changes)
            return path.Changes;
        foreach (string name in changes.Removed)
            reasons?.Add(group.Dn, _names.RemoveHeader, name, "taken out of the header of what its members get");
        foreach (AddedField field in changes.Added)
            reasons?.Add(group.Dn, _names.AddHeader, $"{field.Name}: {field.Value}", "put into the header of what its members get");
        return path.Changes.Add(changes);
    }

    private MailAddress? ErrorsFound(VirtualDomain domain, MailGroup group)
    {
        if (group.ErrorsToSearch is not { } search)
            return null;
        Row? found = FoundMembers.Of(table.State, domain.Id, search, _names).Where(static row => !row.Addresses.IsEmpty).MinBy(static row => row.DnKey, StringComparer.Ordinal);
        reasons?.Add(group.Dn, _names.ErrorsTo, search.Text, found is null ? "finds nobody with an address: the poster remains the sender" : $"the sender from here on: {found.Addresses[0]}");
        return found?.Addresses[0];
    }

    /// <summary>A member of the group's own domain is meant as that entry; one elsewhere counts as its mail address (SCHEMA 4.6). A name of nothing is left out.</summary>
    private void FollowMember(VirtualDomain domain, MailGroup group, string dn, Path path)
    {
        if (table.State.FindByName(dn) is not { Home: { } home } member || member is PeopleRow)
        {
            reasons?.Add(group.Dn, _names.Member, dn, "no user or mail group: left out");
            return;
        }
        if (home != domain.Id)
        {
            if (!member.Addresses.IsEmpty)
                Follow([member.Addresses[0]], domain, path, group.Dn, _names.Member);
            return;
        }
        FollowMember(domain, group, member, (_names.Member, dn), path);
    }

    private void FollowMember(VirtualDomain domain, MailGroup group, Row member, (string Attribute, string Dn) named, Path path)
    {
        MailAddress address = member.Addresses.IsEmpty ? given : member.Addresses[0];
        reasons?.Add(group.Dn, named.Attribute, named.Dn, "a member");
        Below(() => Continue(_decision.Of(domain, member, address), address, domain, path));
    }

    private void Follow(ImmutableArray<MailAddress> addresses, VirtualDomain from, Path path, string dn, string attribute)
    {
        foreach (MailAddress address in addresses)
        {
            reasons?.Add(dn, attribute, address.ToString(), "goes on to");
            Below(() => Continue(_decision.Of(address), address, from, path));
        }
    }

    private void Below(Action follow)
    {
        if (reasons is not null)
            reasons.Level++;
        follow();
        if (reasons is not null)
            reasons.Level--;
    }

    private SenderIdentity IdentityOf(VirtualDomain domain) => Identities.Of(table, domain, table.Reasons(reasons));

    private void Continue(Resolution resolution, MailAddress address, VirtualDomain from, Path path)
    {
        switch (resolution)
        {
            case Resolution.Accepted when path.Level > MaxLevels:
                Add(new Hop.Undeliverable(given, address, Responses.LeadsNowhere), path, "", "", $"more than {MaxLevels} levels");
                break;
            case Resolution.Accepted accepted when Octets > accepted.MaxMessageOctets:
                Add(new Hop.Undeliverable(given, address, Responses.LargerThanRecipientAllows), path, "", "", address.ToString());
                break;
            case Resolution.Accepted accepted:
                Follow(accepted, path);
                break;
            case Resolution.Refused { Reply.IsTransient: true } refused:
                Add(new Hop.Waiting(given, address, refused.Domain ?? from, refused.Status, refused.Reply), path, "", "", address.ToString());
                break;
            case Resolution.Refused refused:
                Add(new Hop.Undeliverable(given, address, refused.Reply), path, "", "", address.ToString());
                break;
            case Resolution.NotHosted:
                Add(new Hop.Remote(given, address, path.Identity, path.Sender) { ReturnAddress = ReturnAddresses.For(table, path.Identity, path.Sender ?? poster.Sender) }, path, "", "", address.ToString());
                break;
        }
    }

    private bool Defers(bool isAsked, VirtualDomain domain, MailAddress final, Path path)
    {
        if (isAsked && deferral == Deferral.Honoured)
            Add(new Hop.Deferred(given, final, domain, path.Identity, path.Sender), path, "", "mailDeferProcessing", "");
        return isAsked && deferral == Deferral.Honoured;
    }

    /// <summary>Taken, yet not to be delivered now: on hold, or postmaster of an inactive domain.</summary>
    private bool Waits(VirtualDomain domain, StatusDecision own, MailAddress final, Path path)
    {
        StatusDecision status = StatusLadder.First(domain.Status, own);
        if (status.Status == MailStatus.Active)
            return false;
        Add(new Hop.Waiting(given, final, domain, status.Status, StatusLadder.Refusal(status.Status, ofDomain: false) ?? Responses.Inactive), path,
            domain.Status.Status != MailStatus.Active ? domain.Dn : "", status.Attribute ?? "", status.Value ?? "");
        return true;
    }

    /// <summary>Kept by another server of ours: handed on there as the host, unbound (DESIGN, Identity of what leaves).</summary>
    private bool Relays(VirtualDomain domain, string? host, ImmutableArray<MailAddress> routed, MailAddress final, Path path, string dn)
    {
        if (host is not null)
            Relay(domain, host, routed.IsEmpty ? final : routed[0], path, (dn, _names.MailHost));
        return host is not null;
    }

    private void Relay(VirtualDomain domain, string host, MailAddress to, Path path, (string Dn, string Attribute) said) =>
        Add(new Hop.Remote(given, to, Identities.OfRelay(domain, table.HostIdentity), path.Sender) { RelayHost = host }, path, said.Dn, said.Attribute, host);

    private void Add(Hop hop, Path path, string dn, string attribute, string value)
    {
        if (!path.Changes.IsEmpty)
            hop = hop with { Changes = path.Changes };
        // Local parts elsewhere are opaque: only their octets tell whether two addresses are one.
        bool isNew = _finals.Add(hop switch
        {
            Hop.Remote => hop.Final.LocalPart + "@" + hop.Final.DomainKey,
            Hop.Answer => "reply to " + hop.Final.Key,
            _ => hop.Final.Key,
        });
        if (isNew)
            _hops.Add(hop);
        reasons?.Add(dn, attribute, value, isNew ? "" : "reached before: left out", isNew ? hop : null);
    }

    /// <summary>What holds for mail that leaves from here on: whose identity, and the envelope sender in place of the poster's.</summary>
    private sealed record Path(SenderIdentity? Identity, MailAddress? Sender, int Level)
    {
        public static Path Start { get; } = new(null, null, 0);

        /// <summary>A group lies on the way: its members answer nothing automatically.</summary>
        public bool IsList { get; init; }

        /// <summary>What groups on the way do to the header.</summary>
        public ImmutableArray<HeaderChanges> Changes { get; init; } = [];

        public Path On(SenderIdentity identity, MailAddress? sender) => this with { Identity = identity, Sender = sender, Level = Level + 1 };
    }
}
