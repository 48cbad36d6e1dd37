namespace DirMail.Ldap.Tree.Schema;

/// <summary>What the classes of an entry, with their superclasses, ask for and allow together.</summary>
internal sealed class ClassSet
{
    private readonly HashSet<AttributeType>? _allowed;

    public ClassSet(IEnumerable<ObjectClass> classes)
    {
        HashSet<ObjectClass> all = [.. classes.SelectMany(c => c.Chain())];
        Needed = [.. all.SelectMany(c => c.Must.Select(type => (c, type))).DistinctBy(n => n.type)];
        _allowed = all.Any(c => c.Name == "extensibleObject") ? null : [.. all.SelectMany(c => c.Must.Concat(c.May))];
    }

    /// <summary>Required attributes, each with a class that requires it.</summary>
    public IReadOnlyList<(ObjectClass Class, AttributeType Type)> Needed { get; }

    public bool Allows(AttributeType type) => type.IsOperational || _allowed?.Contains(type) != false;
}
