using DirMail.Ldap;

namespace DirMail.Routing;

/// <summary>A user as the directory has it, values unread: what an administrator works on. What is in force says `dirmail explain`.</summary>
public sealed record UserEntry
{
    public required string Dn { get; init; }
    public required string Uid { get; init; }
    public string? Name { get; init; }

    /// <summary>"active", or the attribute of this entry that says something else and its value.</summary>
    public required string Status { get; init; }

    /// <summary>mail, then the others.</summary>
    public required IReadOnlyList<string> Addresses { get; init; }

    public required IReadOnlyList<string> Delivery { get; init; }
    public required IReadOnlyList<string> ForwardTo { get; init; }
    public required IReadOnlyList<string> VirtualAddresses { get; init; }
    public string? Services { get; init; }
    public string? Quota { get; init; }
    public string? MessageQuota { get; init; }

    internal static UserEntry Of(LdapEntry entry, AttributeNames names) => new()
    {
        Dn = entry.Dn.Text,
        Uid = entry.First(names.Uid) ?? "",
        Name = entry.First(names.Name),
        Status = EntryStatus.Of(entry, names.InetUserStatus, names.MailUserStatus),
        Addresses = [.. new[] { names.Mail, names.AlternateAddress, names.LocalAddress, names.EquivalentAddress }.SelectMany(entry.All)],
        Delivery = [.. entry.All(names.DeliveryOption)],
        ForwardTo = [.. entry.All(names.ForwardingAddress)],
        VirtualAddresses = [.. entry.All(names.UserVirtualAddress)],
        Services = entry.First(names.UserServices),
        Quota = entry.First(names.Quota),
        MessageQuota = entry.First(names.MessageQuota),
    };
}

internal static class EntryStatus
{
    public static string Of(LdapEntry entry, params ReadOnlySpan<string> ladder)
    {
        foreach (string attribute in ladder)
            if (entry.First(attribute) is { } value && !value.Equals("active", StringComparison.OrdinalIgnoreCase))
                return $"{value} ({attribute})";
        return "active";
    }
}
