using System.Collections.Immutable;
using System.Net;
using DirMail.Ldap;
using DirMail.Mail;
using DirMail.Routing.Table;

namespace DirMail.Routing.Entries;

internal static class DomainReader
{
    public static DomainFacts Read(EntryId id, LdapEntry entry, TableSettings settings)
    {
        var values = new EntryValues(entry, settings.Shared.Domains);
        AttributeNames names = settings.Attributes;
        ImmutableArray<string> all = [.. values.Names(names.CanonicalName).Concat(values.Names(names.DomainNames)).Distinct()];
        if (all.IsEmpty)
            values.Problem(names.DomainNames, "a domain without a name: ignored");
        VirtualDomain domain = Describe(id, values, all, settings);
        values.TellNotInForce(names);
        return new DomainFacts
        {
            Domain = domain,
            DnKey = entry.Dn.Normal,
            Digest = EntryDigest.Of(entry),
            BaseKey = values.Dns(names.BaseDn) is [string baseKey, ..] ? baseKey : entry.Dn.Normal,
            Administrators = values.Dns(names.Administrator),
            Problems = values.Problems,
        };
    }

    private static VirtualDomain Describe(EntryId id, EntryValues values, ImmutableArray<string> all, TableSettings settings)
    {
        AttributeNames names = settings.Attributes;
        string name = all.IsEmpty ? "" : all[0];
        ImmutableArray<IPAddress> addresses = values.IpAddresses(names.DomainVirtualAddress);
        bool lists = values.Has(names.DomainVirtualAddress);
        return new VirtualDomain
        {
            Id = id,
            Dn = values.Dn,
            Name = name,
            Names = all,
            IsHost = all.Contains(settings.HostDomainKey),
            Status = StatusLadder.First(values.Status(names.InetDomainStatus, StatusLadder.Plain), values.Status(names.MailDomainStatus, StatusLadder.Mail)),
            Services = values.Services(names.DomainServices),
            VirtualAddresses = addresses,
            ListsVirtualAddress = lists,
            VirtualHostName = HostName(values, names.VirtualHostName) ?? (lists ? name : null),
            Postmasters = values.Addresses(names.Postmaster),
            CatchAll = values.FirstAddress(names.CatchAll),
            ReportAddress = ReportAddress(values, all, names.ReportAddress),
            MaxMessageOctets = values.Blocks(names.DomainMaxBlocks),
        };
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
            values.Problem(attribute, $"'{given}' lies outside the domain: reports come from postmaster@{names[0]}");
        return MailAddress.TryParse("postmaster@" + names[0], out MailAddress postmaster) ? postmaster : null;
    }
}
