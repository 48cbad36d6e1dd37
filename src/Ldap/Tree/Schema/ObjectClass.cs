using System.Runtime.CompilerServices;

namespace DirMail.Ldap.Tree.Schema;

internal enum ObjectClassKind
{
    Structural,
    Auxiliary,
    Abstract,
}

/// <summary>One object class (RFC 4512 4.1.1).</summary>
internal sealed record ObjectClass(string Oid, IReadOnlyList<string> Names, ObjectClassKind Kind, string Definition)
{
    public string Name => Names.Count > 0 ? Names[0] : Oid;
    public ObjectClass? Superior { get; init; }
    public IReadOnlyList<AttributeType> Must { get; init; } = [];
    public IReadOnlyList<AttributeType> May { get; init; } = [];

    public bool IsA(ObjectClass other)
    {
        for (ObjectClass? c = this; c is not null; c = c.Superior)
            if (ReferenceEquals(c, other))
                return true;
        return false;
    }

    public IEnumerable<ObjectClass> Chain()
    {
        for (ObjectClass? c = this; c is not null; c = c.Superior)
            yield return c;
    }

    public bool Equals(ObjectClass? other) => ReferenceEquals(this, other);
    public override int GetHashCode() => RuntimeHelpers.GetHashCode(this);
    public override string ToString() => Name;
}
