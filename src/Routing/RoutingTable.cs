using System.Collections.Immutable;
using System.Net;
using DirMail.Mail;
using DirMail.Mail.Sieve;
using DirMail.Routing.Access;
using DirMail.Routing.Table;

namespace DirMail.Routing;

/// <summary>
/// An immutable, numbered snapshot of what the directory says. All decisions are pure functions over one snapshot, so readers never lock; a change makes
/// a new snapshot that shares nearly everything with the old one.
/// </summary>
public sealed class RoutingTable
{
    private readonly Lazy<ImmutableArray<VirtualDomain>> _domains;
    private readonly Lazy<ImmutableArray<DirectoryProblem>> _problems;
    private readonly Lazy<bool> _hasUidSeparators;
    private readonly Lazy<ImmutableArray<IPAddress>> _virtualAddresses;
    private readonly Lazy<ImmutableArray<HeldRemoval>> _held;

    internal RoutingTable(long number, DateTimeOffset asOf, bool isLoaded, TableState state, TableSettings settings)
    {
        Number = number;
        AsOf = asOf;
        IsLoaded = isLoaded;
        State = state;
        Settings = settings;
        HostIdentity = new(HostDomain?.Id ?? TableSettings.HostId, HostDomain?.Name ?? settings.HostName, null, settings.HostName, null, null);
        _domains = new(() => [.. state.Domains.Items.Where(d => !d.IsIgnored).Select(d => d.Domain).OrderBy(d => d.Name, StringComparer.Ordinal)]);
        _problems = new(() => TableProblems.Of(this));
        _hasUidSeparators = new(() => state.Domains.Items.Any(d => d.Domain.UidSeparator is not null));
        _virtualAddresses = new(() => [.. state.VirtualAddresses.Keys]);
        _held = new(() => TableHeld.Of(state));
    }

    /// <summary>Counts up with each snapshot; 0 is the empty table before the first load.</summary>
    public long Number { get; }

    /// <summary>False until a directory (or a snapshot on disk) was loaded once: recipients get 451 4.3.0.</summary>
    public bool IsLoaded { get; }

    public DateTimeOffset AsOf { get; }

    /// <summary>Loaded, and not older than the hard limit: else recipients get 451 4.3.0 and logins are not possible.</summary>
    public bool IsInForce => IsLoaded && !Settings.Age.IsPastHardLimit;

    /// <summary>All hosted domains, by name.</summary>
    public IReadOnlyList<VirtualDomain> Domains => _domains.Value;

    public int DomainCount => State.Domains.Count;

    public int UserCount => State.Users;

    /// <summary>What the directory says that is not, or not fully, in force: `dirmail directory problems`.</summary>
    public IReadOnlyList<DirectoryProblem> Problems => _problems.Value;

    internal TableState State { get; }
    internal TableSettings Settings { get; }

    /// <summary>The empty table, before anything was loaded.</summary>
    internal static RoutingTable Empty(TableSettings settings) => new(0, settings.Clock.GetUtcNow(), false, new TableState(), settings);

    /// <summary>By any of its names, given as a domain key; null also when two domains claim the name.</summary>
    public VirtualDomain? FindDomain(string domainKey) =>
        State.Names.Find(domainKey)?.Sole is { IsIgnored: false } row ? row.Domain : null;

    public VirtualDomain? FindDomain(EntryId id) => State.Domains.Find(id) is { IsIgnored: false } row ? row.Domain : null;

    /// <summary>Whose virtual address that is (a user's counts as the user's domain); null: the host's own.</summary>
    public VirtualDomain? DomainAt(IPAddress localAddress)
    {
        IPAddress address = localAddress.IsIPv4MappedToIPv6 ? localAddress.MapToIPv4() : localAddress;
        return State.VirtualAddresses.TryGetValue(address, out ImmutableArray<AddressClaim> claims) ? FindDomain(claims[0].Domain) : null;
    }

    /// <summary>The name we go by on that address of ours: its domain's, else the host's. Greetings, EHLO answers and Received say it.</summary>
    /// <param name="serverName">What the client asked for in its TLS hello: counts on the host's own addresses, when it is what a domain announces.</param>
    public string HostNameAt(IPAddress localAddress, string? serverName = null) => (DomainAt(localAddress) ?? OwnHosts.Announcing(State, serverName))?.AnnouncedName ?? HostIdentity.HostName;

    /// <summary>Whether the name is the host's, a hosted domain's, or one that such a domain announces.</summary>
    public bool IsOurName(string name) => name.Equals(HostIdentity.HostName, StringComparison.OrdinalIgnoreCase) || OwnHosts.Announcing(State, name) is not null
        || (MailAddress.TryDomainKey(name, out string key) && FindDomain(key) is not null);

    /// <summary>Every virtual address of domains and users: what the listeners follow.</summary>
    public IReadOnlyCollection<IPAddress> VirtualAddresses => _virtualAddresses.Value;

    /// <summary>Virtual host names whose addresses are to be asked of DNS.</summary>
    public IEnumerable<string> NamesToResolve =>
        Settings.HostAddresses is null ? [] : State.Domains.Items.Where(static row => row.Domain.IsResolvedByName).Select(static row => row.Domain.VirtualHostName!).Distinct();

    /// <summary>The domain that a user or group lies in; null: there is no such entry.</summary>
    public EntryId? HomeOf(EntryId entry) => State.Entries.Find(entry)?.Home;

    /// <summary>Who is told what concerns the whole site; null: nobody is set.</summary>
    public MailAddress? SitePostmaster => Settings.SitePostmaster;

    /// <summary>The directory no longer has the user, but the removal is held back: mail goes on, logins cannot be checked.</summary>
    public bool IsHeld(MailUser user) => State.IsHeld(user.Id, user.Domain) || State.HeldDomains.Contains(user.Domain);

    /// <summary>What the directory no longer has and is held back until somebody accepts it: `dirmail directory accept`.</summary>
    public IReadOnlyList<HeldRemoval> HeldRemovals => _held.Value;

    public MailUser? FindUser(EntryId id) => State.Entries.Find(id) is UserRow { Home: not null } row ? row.User : null;

    /// <summary>Users and groups with the name of one that is gone, whose mailbox is kept, and who that was: their mail and logins, and what groups share, wait until <see cref="LiveTable.Settled"/>.</summary>
    public IReadOnlyDictionary<EntryId, EntryId> NotAdopted => State.NotAdopted;

    public MailGroup? FindGroup(EntryId id) => State.Entries.Find(id) is GroupRow { Home: not null } row ? row.Group : null;

    /// <summary>By an address; null also when two entries claim it.</summary>
    public MailGroup? FindGroup(VirtualDomain domain, MailAddress address) => State.Domains.Find(domain.Id)?.Addresses.Find(address.LocalKey)?.Sole is GroupRow row ? row.Group : null;

    /// <summary>Groups of the user's own domain that he is in or administers.</summary>
    public Circles CirclesOf(MailUser user) => UserCircles.Of(this, user);

    /// <summary>"uid@domain", of a group with its name in place of the uid: by which an account is known beside its id; null when the owner is not in the table.</summary>
    public string? NameOf(EntryId owner) => (FindUser(owner)?.Uid ?? FindGroup(owner)?.LocalName) is { Length: > 0 } name && HomeOf(owner) is { } home && FindDomain(home) is { } domain
        ? Adoptions.NameOf(domain, name) : null;

    /// <summary>By uid in a domain, both without case; null also when two entries claim the uid.</summary>
    public MailUser? FindUser(VirtualDomain domain, string uid) =>
        State.Domains.Find(domain.Id)?.Uids.Find(uid.ToLowerInvariant())?.Sole is UserRow row ? row.User : null;

    /// <summary>Whom a login name means in its domain: by the domain's own filter, else by uid.</summary>
    /// <param name="login">As typed, domain and all.</param>
    internal MailUser? FindUser(VirtualDomain domain, string uid, string login) =>
        domain.Logins is { } filter ? State.Domains.Find(domain.Id) is { } row ? filter.Find(row, uid, login) : null : FindUser(domain, uid);

    /// <summary>By an address; null also when two entries claim it.</summary>
    public MailUser? FindUser(VirtualDomain domain, MailAddress address) => State.Domains.Find(domain.Id)?.Addresses.Find(address.LocalKey)?.Sole is UserRow row ? row.User : null;

    public IEnumerable<MailUser> UsersOf(VirtualDomain domain) =>
        State.Domains.Find(domain.Id)?.Members.OfType<UserRow>().Select(r => r.User) ?? [];

    /// <summary>
    /// Decides one recipient (RESPONSES, Recipients): domain known, its state, local part known, the entry's state. The reply is what an outside sender hears.
    /// Under 1 microsecond; allocates only the result.
    /// </summary>
    /// <param name="poster">Who sends, for groups that ask; null: nobody known.</param>
    public Resolution Resolve(MailAddress recipient, Poster? poster = null) => Decide(recipient, poster, null);

    /// <summary>As <see cref="Resolve"/>, with the reasons recorded by the same code.</summary>
    public Resolution Explain(MailAddress recipient) => Decide(recipient, null, new ReasonLog());

    /// <summary>Where in the message store the file of a large message for these lies: the partition of the first who has one; null: with the store.</summary>
    public string? PartitionOf(IEnumerable<MailAddress> recipients) =>
        Settings.Partitions.Count == 0 ? null : recipients.Select(recipient => (Resolve(recipient) as Resolution.Accepted)?.Partition).FirstOrDefault(static partition => partition is not null);

    /// <summary>As <see cref="Resolve"/> and then <see cref="Expand"/>, with the reasons of both recorded by the same code.</summary>
    public Explained ExplainMail(MailAddress recipient, Poster? poster = null)
    {
        var reasons = new ReasonLog();
        Resolution resolution = Decide(recipient, poster, reasons);
        ImmutableArray<Hop> hops = resolution is Resolution.Accepted accepted ? new Expansion(this, recipient, Deferral.Ignored, poster ?? Poster.Stranger, reasons).Of(accepted) : [];
        return new(resolution, hops, reasons.ToImmutable());
    }

    /// <summary>As <see cref="IdentityOf(MailUser)"/>, with its reasons.</summary>
    public (SenderIdentity Identity, ImmutableArray<Reason> Reasons) ExplainIdentity(MailUser user)
    {
        var reasons = new ReasonLog();
        return (Identities.Of(this, user, FindDomain(user.Domain), Reasons(reasons)), reasons.ToImmutable());
    }

    /// <summary>As <see cref="IdentityOf(VirtualDomain)"/>, with its reasons.</summary>
    public (SenderIdentity Identity, ImmutableArray<Reason> Reasons) ExplainIdentity(VirtualDomain domain)
    {
        var reasons = new ReasonLog();
        return (Identities.Of(this, domain, Reasons(reasons)), reasons.ToImmutable());
    }

    /// <summary>Whom a login name means on a connection to that address; else why nobody.</summary>
    public (MailUser? User, string Unknown) FindLogin(string login, IPAddress localAddress)
    {
        LoginTarget target = LoginNames.Find(this, login, localAddress);
        return (target.User, target.Unknown);
    }

    internal IdentityReasons? Reasons(ReasonLog? log) => log is null ? null : new(log, Settings.Attributes);

    /// <summary>Groups, forwards, aliases, catch-all of an accepted recipient into hops: loops cut, duplicates removed (by final address), at most 100 levels. Never empty.</summary>
    /// <param name="judge">Asks a script about the message, as groups on the way changed it; null: there is none yet, and it counts as kept.</param>
    /// <param name="octets">Of the message, for the limits of those whom groups and forwards lead to; <paramref name="accepted"/> is not asked.</param>
    public ImmutableArray<Hop> Expand(MailAddress given, Resolution.Accepted accepted, Deferral deferral = Deferral.Ignored, Poster? poster = null, Func<SieveScript, ImmutableArray<HeaderChanges>, SieveResult>? judge = null, long octets = 0) =>
        new Expansion(this, given, deferral, poster ?? Poster.Stranger) { Judge = judge, Octets = octets }.Of(accepted);

    /// <summary>Whom a return address of ours (<see cref="Srs"/>) stands for, however old it is; any other address is itself.</summary>
    public MailAddress Restored(MailAddress sender) => ReturnAddresses.Restored(this, sender);

    /// <summary>Who the user's own mail leaves as: the user's address, else the domain's, else (host domain or no address) the host.</summary>
    public SenderIdentity IdentityOf(MailUser user) => Identities.Of(this, user, FindDomain(user.Domain));

    /// <summary>Who a domain's mail leaves as.</summary>
    public SenderIdentity IdentityOf(VirtualDomain domain) => Identities.Of(this, domain);

    /// <summary>The host itself, unbound.</summary>
    public SenderIdentity HostIdentity { get; }

    /// <summary>The addresses of the identity's owner as the directory has them now, for the rule "chosen again only when the owner no longer lists it".</summary>
    public SenderIdentity? CurrentIdentity(EntryId owner) =>
        FindUser(owner) is { } user ? IdentityOf(user) : FindDomain(owner) is { } domain ? IdentityOf(domain) : null;

    /// <summary>Whether the user may send as that address: an own address at any name of the domain.</summary>
    public bool MaySendAs(MailUser user, MailAddress sender) =>
        State.Domains.Find(user.Domain) is { IsIgnored: false } row && row.Domain.Names.Contains(sender.DomainKey) && row.Addresses.Find(sender.LocalKey)?.Sole?.Id == user.Id;

    /// <summary>Whether the user runs the domain: named by mailDomainAdministrator, or in a group that it names; without it in cn=Domain Administrators,ou=Groups below the node.</summary>
    public bool IsAdministrator(MailUser user, VirtualDomain domain) => TableAdministrators.Includes(State, user, domain);

    /// <summary>Whether all mail of the domain is for other servers (mailRoutingHosts), or might be: none of it is delivered here.</summary>
    public bool IsElsewhere(VirtualDomain domain) => DomainRelays.IsElsewhere(State, Settings, domain);

    /// <summary>Who takes mail for addresses of the domain that are unknown here (mailRoutingSmartHost); null: nobody.</summary>
    public RelayServer? SmartHostOf(VirtualDomain domain) => DomainRelays.SmartHost(State, Settings, domain);

    /// <summary>Whether the domain's mail, or some of it, is relayed to what the queue calls so (<see cref="RelayServer.Destination"/>).</summary>
    public bool Relays(VirtualDomain domain, string destination) => DomainRelays.Destinations(State, Settings, domain).Contains(destination);

    /// <summary>Some domain has a domainUidSeparator.</summary>
    internal bool HasUidSeparators => _hasUidSeparators.Value;

    private VirtualDomain? HostDomain => FindDomain(Settings.HostDomainKey);

    private Resolution Decide(MailAddress recipient, Poster? poster, ReasonLog? reasons)
    {
        if (IsInForce)
            return new Decision(State, Settings, poster ?? Poster.Stranger, reasons).Of(recipient);
        reasons?.Add("", "", "", IsLoaded ? "the directory has been away for longer than directory.hardLimit" : "the directory was never loaded");
        return new Resolution.Refused(null, Responses.DirectoryNeverLoaded, MailStatus.Active) { Reasons = reasons?.ToImmutable() ?? [] };
    }
}

/// <summary>One line of `dirmail directory problems`.</summary>
public sealed record DirectoryProblem(string Dn, string Attribute, string Text)
{
    /// <summary>Nothing is wrong with the value, it only has no effect in this version: no reason not to write it.</summary>
    public bool IsWithoutEffect { get; init; }
}

/// <summary>Entries of one domain that are held back.</summary>
/// <param name="Domain">Its name.</param>
/// <param name="IsDomain">The domain itself is among them.</param>
/// <param name="First">Some of their names.</param>
public sealed record HeldRemoval(string Domain, string Dn, int Count, bool IsDomain, IReadOnlyList<string> First);
