using DirMail.Mail;

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
    public MailAddress? SitePostmaster { get; init; }
    public SharedValues Shared { get; } = new();
    public TimeProvider Clock { get; init; } = TimeProvider.System;

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
            SitePostmaster = MailAddress.TryParse(settings.SitePostmaster.Length > 0 ? settings.SitePostmaster : fallback, out MailAddress postmaster) ? postmaster : null,
            Clock = clock,
        };
    }
}
