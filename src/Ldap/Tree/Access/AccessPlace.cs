namespace DirMail.Ldap.Tree.Access;

/// <summary>Where a name lies for the access rules: its root, its hosted domain (the o=NAME node right below the root), and what of it.</summary>
internal readonly record struct AccessPlace(string Root, string? Domain, bool IsDomainNode, bool IsInPeople)
{
    public static AccessPlace Of(string name, string root)
    {
        int end = name.Length - root.Length - 1;
        if (end <= 0)
            return new(root, null, false, false);
        int start = name.LastIndexOf(',', end - 1) + 1;
        string rdn = name[start..end];
        if (!rdn.StartsWith("o=", StringComparison.Ordinal) || rdn.Contains('+', StringComparison.Ordinal))
            return new(root, null, false, false);
        string above = start == 0 ? "" : name[..(start - 1)];
        bool inPeople = above == "ou=people" || above.EndsWith(",ou=people", StringComparison.Ordinal);
        return new(root, name[start..], start == 0, inPeople);
    }

    public bool Is(Target target) => target switch
    {
        Target.InDomain => Domain is not null,
        Target.DomainNode => IsDomainNode,
        Target.InPeople => IsInPeople,
        _ => true,
    };
}
