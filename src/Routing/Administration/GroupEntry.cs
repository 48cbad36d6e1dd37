using DirMail.Ldap;

namespace DirMail.Routing;

/// <summary>A group as the directory has it: a mail group, or one of people (administrators, readers).</summary>
public sealed record GroupEntry
{
    public required string Dn { get; init; }
    public required string Name { get; init; }

    /// <summary>Gets mail and hands it to its members.</summary>
    public required bool IsMailGroup { get; init; }

    public required string Status { get; init; }
    public required IReadOnlyList<string> Addresses { get; init; }

    /// <summary>Directory names.</summary>
    public required IReadOnlyList<string> Members { get; init; }

    public required IReadOnlyList<string> MemberAddresses { get; init; }

    internal static GroupEntry Of(LdapEntry entry, AttributeNames names) => new()
    {
        Dn = entry.Dn.Text,
        Name = entry.First(names.Name) ?? "",
        IsMailGroup = entry.HasClass(names.GroupClass),
        Status = EntryStatus.Of(entry, names.GroupStatus),
        Addresses = [.. new[] { names.Mail, names.AlternateAddress, names.LocalAddress, names.EquivalentAddress }.SelectMany(entry.All)],
        Members = [.. new GroupMembers(names).Of(entry)],
        MemberAddresses = [.. entry.All(names.MemberAddress)],
    };
}

/// <summary>A mail group to be made.</summary>
public sealed record NewGroup(string Address)
{
    /// <summary>cn; null: the address's local part.</summary>
    public string? Name { get; init; }

    public IReadOnlyList<string> AlsoAddresses { get; init; } = [];

    /// <summary>Users (uid@domain, directory names) and addresses anywhere; at least one.</summary>
    public required IReadOnlyList<string> Members { get; init; }
}
