using System.Collections.Immutable;
using System.Net;
using DirMail.Mail;
using DirMail.Mail.Sieve;
using DirMail.Routing.Table;

namespace DirMail.Routing;

/// <summary>One hosted domain as the directory defines it (SCHEMA 4.2 to 4.5). Immutable; a change makes a new one.</summary>
public sealed record VirtualDomain
{
    public required EntryId Id { get; init; }

    /// <summary>Of the node, for explanations and problem lists.</summary>
    public required string Dn { get; init; }

    /// <summary>Canonical name, as a domain key.</summary>
    public required string Name { get; init; }

    /// <summary>All names, as domain keys, the canonical one first.</summary>
    public required ImmutableArray<string> Names { get; init; }

    /// <summary>The domain of the host itself (setting <c>hostDomain</c>): its mail leaves unbound.</summary>
    public bool IsHost { get; init; }

    /// <summary>Effective state and the attribute that decided it.</summary>
    public required StatusDecision Status { get; init; }

    public ServiceRules Services { get; init; } = ServiceRules.AllowAll;
    /// <summary>Those it holds: one that another domain had first is not among them.</summary>
    public ImmutableArray<IPAddress> VirtualAddresses { get; init; } = [];

    /// <summary>The entry names a virtual address, usable or not: with none usable the domain's mail waits and never leaves from another address.</summary>
    public bool ListsVirtualAddress { get; init; }

    /// <summary>mailDomainVirtualHostName, else the canonical name when there is a virtual address, else null.</summary>
    public string? VirtualHostName { get; init; }

    /// <summary>The virtual addresses are those of <see cref="VirtualHostName"/> in DNS, as far as they are on this host; until it answers there are none, and mail waits.</summary>
    public bool IsResolvedByName { get; init; }

    /// <summary>What is announced on, and leaves from, a virtual address of the domain or of one of its users.</summary>
    public string AnnouncedName => VirtualHostName ?? Name;

    public ImmutableArray<MailAddress> Postmasters { get; init; } = [];
    public MailAddress? CatchAll { get; init; }

    /// <summary>mailRoutingHosts: the servers that take all its mail; this one among them, or none: it is delivered here.</summary>
    public ImmutableArray<RelayServer> RoutingHosts { get; init; } = [];

    /// <summary>mailRoutingSmartHost: takes mail for addresses that are unknown here; null: nobody does.</summary>
    public RelayServer? SmartHost { get; init; }

    /// <summary>They have a value that cannot be read, which might have meant any server: where it would decide, mail waits.</summary>
    internal bool HasUnreadRoutingHost { get; init; }
    internal bool HasUnreadSmartHost { get; init; }

    /// <summary>Sender of reports; always lies in this domain.</summary>
    public MailAddress? ReportAddress { get; init; }

    /// <summary>mailDomainSieveRuleSource: what becomes of mail for its users where their own scripts decide nothing; null: it is kept.</summary>
    public SieveScript? Script { get; init; }

    /// <summary>Octets, from mailDomainMsgMaxBlocks; null: none.</summary>
    public long? MaxMessageOctets { get; init; }

    /// <summary>What all mailboxes of the domain may hold together: octets (mailDomainDiskQuota) and messages (mailDomainMsgQuota); null: no limit.</summary>
    public long? QuotaOctets { get; init; }
    public long? QuotaMessages { get; init; }

    /// <summary>domainUidSeparator: a login may also be uid, this, domain name (SCHEMA 3.1).</summary>
    public string? UidSeparator { get; init; }

    /// <summary>inetDomainSearchFilter: how a login name is found; null: by uid.</summary>
    internal LoginFilter? Logins { get; init; }

    /// <summary>mailDomainWelcomeMessage, by language.</summary>
    public ImmutableArray<Welcome> Welcomes { get; init; } = [];

    /// <summary>preferredLanguage, as the entry has it.</summary>
    public string? Language { get; init; }

    /// <summary>In the user's language, else in the domain's, else what is for everybody; null: there is none (A 4.7.1).</summary>
    public Welcome? WelcomeFor(MailUser user)
    {
        if (Welcomes.IsEmpty)
            return null;
        string[] languages = [.. Welcomes.Select(static welcome => welcome.Language).OfType<string>()];
        string? chosen = LanguagePreference.Choose(user.Settings.Language, languages) ?? LanguagePreference.Choose(Language, languages);
        return Welcomes.FirstOrDefault(welcome => welcome.Language == chosen);
    }

    /// <summary>domOrgMaxUsers: no more are made by `dirmail user add`; null: no limit.</summary>
    public long? MaxUsers { get; init; }

    /// <summary>Attribute that keeps mail for the domain from being delivered (451 4.3.5); null: none does.</summary>
    public string? Blocked { get; init; }
}

/// <summary>The state that is in force, and why: the first attribute of the ladder that is not active.</summary>
public readonly record struct StatusDecision(MailStatus Status, string? Attribute = null, string? Value = null);
