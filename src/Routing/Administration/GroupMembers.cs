using DirMail.Ldap;

namespace DirMail.Routing;

/// <summary>
/// Members by name. groupOfUniqueNames must have one, so a mail group of addresses alone names itself, which delivers to nobody; that is never shown. A group of people
/// (administrators) cannot do so: its last member stays.
/// </summary>
internal sealed class GroupMembers(AttributeNames names)
{
    public IEnumerable<string> Of(LdapEntry group) => group.All(names.Member).Where(m => !IsSame(m, group.Dn));

    public bool Has(LdapEntry group, Dn member) => group.All(names.Member).Any(m => IsSame(m, member));

    public bool MayLose(LdapEntry group, Dn member) => group.HasClass(names.GroupClass) || Of(group).Any(m => !IsSame(m, member));

    /// <summary>Only what changes is written, so that two who change members at once lose neither's change.</summary>
    public LdapChange[] With(LdapEntry group, Dn member)
    {
        var added = new LdapChange(LdapChangeKind.Add, new LdapAttribute(names.Member, member.Text));
        return Own(group) is { } own ? [added, new(LdapChangeKind.Delete, new LdapAttribute(names.Member, own))] : [added];
    }

    public LdapChange[] Without(LdapEntry group, Dn member)
    {
        string given = group.All(names.Member).First(m => IsSame(m, member));
        var gone = new LdapChange(LdapChangeKind.Delete, new LdapAttribute(names.Member, given));
        return group.All(names.Member).Any(m => !IsSame(m, member)) ? [gone] : [new(LdapChangeKind.Add, new LdapAttribute(names.Member, group.Dn.Text)), gone];
    }

    private string? Own(LdapEntry group) => group.All(names.Member).FirstOrDefault(m => IsSame(m, group.Dn));

    private static bool IsSame(string text, Dn dn) => Dn.TryParse(text, out Dn? other) && other!.Equals(dn);
}
