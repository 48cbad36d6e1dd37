using DirMail.Ldap.Tree.Schema;

namespace DirMail.Ldap.Tree.Access;

/// <summary>Who asks: a bound name, nobody, or the program itself, which no access rule binds.</summary>
public sealed record Requester
{
    private Requester(Dn? name, bool isProgram)
    {
        Name = name;
        IsProgram = isProgram;
    }

    /// <summary>Null for an anonymous requester.</summary>
    public Dn? Name { get; }

    public bool IsProgram { get; }

    public bool IsAnonymous => Name is null && !IsProgram;

    public static Requester Anonymous { get; } = new(null, false);

    /// <summary>Loading, initialising: writes appear as made by the empty name.</summary>
    public static Requester Program { get; } = new(null, true);

    public static Requester Bound(Dn name) => new(SchemaNames.Canonical(name, DirectorySchema.DirMail) ?? name, false);
}
