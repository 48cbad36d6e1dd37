using System.Runtime.CompilerServices;

namespace DirMail.Ldap.Tree.Schema;

/// <summary>One attribute type (RFC 4512 4.1.2), with what it inherits from its supertype already filled in.</summary>
internal sealed record AttributeType(string Oid, IReadOnlyList<string> Names, string Definition)
{
    public string Name => Names.Count > 0 ? Names[0] : Oid;

    /// <summary>As it stands in the normal form of a name.</summary>
    public string NormalName { get; } = (Names.Count > 0 ? Names[0] : Oid).ToLowerInvariant();
    public AttributeType? Superior { get; init; }
    public MatchingRule? Equality { get; init; }
    public MatchingRule? Ordering { get; init; }
    public MatchingRule? Substring { get; init; }
    public string Syntax { get; init; } = "";
    public bool IsSingleValue { get; init; }

    /// <summary>Kept by the directory itself; a client that writes it is refused.</summary>
    public bool IsReadOnly { get; init; }

    /// <summary>Told, not kept: made for each answer from the entry's place (<see cref="ComputedAttributes"/>).</summary>
    public bool IsComputed { get; init; }

    /// <summary>Returned only when asked for by name or by "+" (RFC 3673).</summary>
    public bool IsOperational { get; init; }

    /// <summary>Entries are found by its values without looking at all; the same attributes as in <c>schema/config.ldif</c>. None of them has subtypes.</summary>
    public bool IsIndexed { get; init; }

    public bool Is(string name)
    {
        foreach (string own in Names)
            if (own.Equals(name, StringComparison.OrdinalIgnoreCase))
                return true;
        return Oid == name;
    }

    /// <summary>Whether this is <paramref name="other"/> or a subtype of it: a search for name also looks at cn (RFC 4512 2.5.1).</summary>
    public bool IsA(AttributeType other)
    {
        for (AttributeType? type = this; type is not null; type = type.Superior)
            if (ReferenceEquals(type, other))
                return true;
        return false;
    }

    public bool Has(MatchingRule rule) => ReferenceEquals(Equality, rule) || ReferenceEquals(Ordering, rule) || ReferenceEquals(Substring, rule);

    /// <summary>Equal by the equality rule; octet by octet when there is none or the values do not fit it.</summary>
    public string Key(byte[] value) => Equality?.Normalize(value) ?? Convert.ToHexString(value);

    public bool Equals(AttributeType? other) => ReferenceEquals(this, other);
    public override int GetHashCode() => RuntimeHelpers.GetHashCode(this);
    public override string ToString() => Name;
}
