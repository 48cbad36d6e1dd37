using System.Collections.Immutable;

namespace DirMail.Routing.Table;

/// <summary>
/// The values of an entry that a group's LDAP URL may ask for (<see cref="AttributeNames.Searchable"/>), in the form they are compared by. Most entries have those of many
/// others, so they are shared; equal when the digest over them is, which is keyed by the process as that of entries.
/// </summary>
internal sealed class Traits(ulong digest, ImmutableArray<(string Attribute, string Value)> values) : IEquatable<Traits>
{
    public static Traits None { get; } = new(0, []);

    public bool Has(string attribute, Func<string, bool> fits)
    {
        foreach ((string name, string value) in values)
            if (name.Equals(attribute, StringComparison.OrdinalIgnoreCase) && fits(value))
                return true;
        return false;
    }

    public bool Equals(Traits? other) => other is not null && other.Digest == Digest;

    public override bool Equals(object? obj) => Equals(obj as Traits);

    public override int GetHashCode() => digest.GetHashCode();

    private ulong Digest => digest;
}
