using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using DirMail.Mail;
using DirMail.Routing.Entries;

namespace DirMail.Routing.Table;

/// <summary>What the table needs of the settings, in the form it compares by.</summary>
internal sealed record TableSettings
{
    /// <summary>Stands for the host where no host domain is hosted: queues of the host's own mail.</summary>
    public static readonly EntryId HostId = new(new Guid("00000000-0000-4000-8000-000000000001"));

    public AttributeNames Attributes { get; init; } = new();

    /// <summary>Normal form of the base; domain nodes count as nested below anything under it.</summary>
    public string BaseKey { get; init; } = "";

    public string HostName { get; init; } = "localhost";
    public string HostDomainKey { get; init; } = "";
    public IReadOnlySet<string> MailHosts { get; init; } = new HashSet<string>();

    /// <summary>Other servers that mail is handed to, each by itself.</summary>
    public IReadOnlyDictionary<string, string> RelayHosts { get; init; } = new Dictionary<string, string>();

    /// <summary>Of the message store; kept once, however many users name one.</summary>
    public IReadOnlyDictionary<string, string> Partitions { get; init; } = new Dictionary<string, string>();

    public long? QuotaOctets { get; init; }

    /// <summary>Normal form of the root of the Schema 1 tree; null: there is none.</summary>
    public string? Schema1Key { get; init; }

    /// <summary>Whether an entry of that name would be known here.</summary>
    public bool IsFollowed(string dnKey) => DnKeys.IsWithin(dnKey, BaseKey) || (Schema1Key is { } root && DnKeys.IsWithin(dnKey, root));

    public MailAddress? SitePostmaster { get; init; }
    public Srs? ReturnAddresses { get; init; }
    public SharedValues Shared { get; } = new();

    /// <summary>What DNS said of virtual host names, by name; null: they are not asked for.</summary>
    public ConcurrentDictionary<string, ImmutableArray<IPAddress>>? HostAddresses { get; init; }

    /// <summary>Whether an address can be bound on this host; asked only where an entry lists several of a family.</summary>
    public Func<IPAddress, bool> IsHere { get; init; } = static _ => true;

    public KnownSettings Known => field ??= new(Attributes);
    public TimeProvider Clock { get; init; } = TimeProvider.System;
    public TableAge Age { get; init; } = new(TimeProvider.System, null);

    public static TableSettings From(DirectorySettings settings, TimeProvider clock)
    {
        string hostDomain = MailAddress.TryParse("x@" + settings.HostDomain, out MailAddress any) ? any.DomainKey : "";
        string fallback = hostDomain.Length == 0 ? "" : "postmaster@" + hostDomain;
        return new()
        {
            Attributes = settings.Attributes,
            BaseKey = Ldap.Dn.TryParse(settings.BaseDn, out Ldap.Dn? dn) ? dn!.Normal : "",
            HostName = settings.HostName,
            HostDomainKey = hostDomain,
            MailHosts = settings.MailHosts.Select(h => h.TrimEnd('.')).ToHashSet(StringComparer.OrdinalIgnoreCase),
            RelayHosts = settings.RelayHosts.ToDictionary(h => h, StringComparer.OrdinalIgnoreCase),
            Partitions = settings.Partitions.ToDictionary(static name => name, StringComparer.Ordinal),
            QuotaOctets = settings.QuotaOctets,
            Schema1Key = settings.Schema1Suffix.Length > 0 && Ldap.Dn.TryParse(settings.Schema1Suffix, out Ldap.Dn? suffix) ? suffix!.Normal : null,
            SitePostmaster = MailAddress.TryParse(settings.SitePostmaster.Length > 0 ? settings.SitePostmaster : fallback, out MailAddress postmaster) ? postmaster : null,
            ReturnAddresses = settings.ReturnAddresses,
            HostAddresses = settings.ResolveVirtualHostName ? new(StringComparer.Ordinal) : null,
            IsHere = settings.IsHere,
            Clock = clock,
            Age = new(clock, settings.HardLimit),
        };
    }
}
