using System.Collections.Immutable;
using DirMail.Ldap;
using DirMail.Mail;
using DirMail.Routing.Table;

namespace DirMail.Routing.Entries;

internal static class DomainReader
{
    public static DomainFacts Read(EntryId id, IEntryContent entry, TableSettings settings)
    {
        var values = new EntryValues(entry, settings.Shared.Domains);
        AttributeNames names = settings.Attributes;
        ImmutableArray<string> all = DcPath.Name(entry.Dn, settings) is { } name ? [name] : [.. values.Names(names.CanonicalName).Concat(values.Names(names.DomainNames)).Distinct()];
        if (all.IsEmpty)
            values.Problem(names.DomainNames, "a domain without a name: ignored");
        (string baseKey, string? blocked) = UserBase(values, entry.Dn, settings);
        VirtualDomain domain = Describe(id, values, all, settings) with { Blocked = blocked };
        values.TellNotInForce(names);
        return new DomainFacts
        {
            Domain = domain,
            OwnNames = all,
            DnKey = entry.Dn.Normal,
            BaseKey = baseKey,
            Administrators = values.Dns(names.Administrator),
            Problems = values.Problems,
        };
    }

    /// <summary>Where the people are: without a base that can be read and is followed, nobody knows, and mail waits rather than being refused for good.</summary>
    private static (string Key, string? Blocked) UserBase(EntryValues values, Dn node, TableSettings settings)
    {
        string attribute = settings.Attributes.BaseDn;
        if (!values.Has(attribute))
            return (node.Normal, null);
        if (values.Text(attribute) is not { } text || !Dn.TryParse(text, out Dn? elsewhere))
            return (node.Normal, EntryReader.Blocked(values, attribute, "not one distinguished name"));
        // a node that lies outside itself is from the cache of another base: what it says counts as it did
        return settings.IsFollowed(elsewhere!.Normal) || !settings.IsFollowed(node.Normal)
            ? (elsewhere.Normal, null)
            : (node.Normal, EntryReader.Blocked(values, attribute, $"'{EntryValues.Shown(text)}' lies outside the tree that is followed"));
    }

    private static VirtualDomain Describe(EntryId id, EntryValues values, ImmutableArray<string> all, TableSettings settings)
    {
        AttributeNames names = settings.Attributes;
        string name = all.IsEmpty ? "" : all[0];
        bool lists = values.Has(names.DomainVirtualAddress);
        string? hostName = HostName(values, names.VirtualHostName);
        bool isResolved = !lists && hostName is not null && settings.HostAddresses is not null;
        ImmutableArray<RelayServer> hosts = values.Servers(names.RoutingHosts, "unless this server is named too, mail for the domain is answered 451", out bool isHostUnread);
        ImmutableArray<RelayServer> smartHost = values.Has(names.SmartHost) && values.Text(names.SmartHost) is null ? [] : values.Servers(names.SmartHost, "mail for addresses that are unknown here is answered 451", out _);
        return new VirtualDomain
        {
            Id = id,
            Dn = values.Dn,
            Name = name,
            Names = all,
            IsHost = all.Contains(settings.HostDomainKey),
            Status = StatusLadder.First(values.Status(names.InetDomainStatus, StatusLadder.Plain), values.Status(names.MailDomainStatus, StatusLadder.Mail)),
            Services = values.Services(names.DomainServices),
            VirtualAddresses = isResolved ? settings.HostAddresses!.GetValueOrDefault(hostName!, []) : values.IpAddresses(names.DomainVirtualAddress),
            ListsVirtualAddress = lists || isResolved,
            IsResolvedByName = isResolved,
            VirtualHostName = hostName ?? (lists ? name : null),
            Postmasters = values.Addresses(names.Postmaster),
            CatchAll = values.FirstAddress(names.CatchAll),
            RoutingHosts = hosts,
            HasUnreadRoutingHost = isHostUnread,
            SmartHost = smartHost is [var only] ? only : null,
            HasUnreadSmartHost = smartHost.IsEmpty && values.Has(names.SmartHost),
            ReportAddress = ReportAddress(values, all, names.ReportAddress),
            Script = EntryReader.Script(values, names.DomainScript),
            Welcomes = WelcomeReader.Read(values, all, names),
            Language = values.First(names.Language),
            MaxMessageOctets = values.Blocks(names.DomainMaxBlocks),
            QuotaOctets = values.Octets(names.DomainQuota),
            QuotaMessages = values.Number(names.DomainMessageQuota),
            UidSeparator = values.Text(names.UidSeparator),
            Logins = Logins(values, names),
            MaxUsers = values.Number(names.MaxUsers),
        };
    }

    /// <summary>A filter may keep people out: one that cannot be evaluated lets nobody in.</summary>
    private static LoginFilter? Logins(EntryValues values, AttributeNames names)
    {
        if (!values.Has(names.SearchFilter))
            return null;
        if (values.Text(names.SearchFilter) is not { } text)
            return LoginFilter.OfNobody(names);
        if (LoginFilter.Read(text, names, out string fault) is { } filter)
            return filter;
        values.Problem(names.SearchFilter, $"'{EntryValues.Shown(text)}' cannot be evaluated: {fault}; nobody can log in");
        return LoginFilter.OfNobody(names);
    }

    private static string? HostName(EntryValues values, string attribute) => values.Names(attribute) is [string name, ..] ? name : null;

    /// <summary>Must lie in the domain, or a tenant could have reports sent in a neighbour's name.</summary>
    private static MailAddress? ReportAddress(EntryValues values, ImmutableArray<string> names, string attribute)
    {
        if (names.IsEmpty)
            return null;
        MailAddress? given = values.FirstAddress(attribute);
        if (given is { } address && names.Contains(address.DomainKey))
            return address;
        if (given is not null)
            values.Problem(attribute, $"'{EntryValues.Shown(given.Value.ToString())}' lies outside the domain: reports come from postmaster@{names[0]}");
        return MailAddress.TryParse("postmaster@" + names[0], out MailAddress postmaster) ? postmaster : null;
    }
}
