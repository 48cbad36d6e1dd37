using System.Runtime.InteropServices;
using System.Text;

namespace DirMail.Ldap;

/// <summary>One entry as a search returns it. Attribute descriptions compare without case; values are octets (RFC 4511 4.1.7). Immutable after construction.</summary>
public sealed class LdapEntry(Dn dn, IReadOnlyList<LdapAttribute> attributes) : IEntryContent
{
    public Dn Dn { get; } = dn;
    public IReadOnlyList<LdapAttribute> Attributes { get; } = attributes;

    public LdapAttribute? Find(string description) => IndexOf(description) is var at and >= 0 ? Attributes[at] : null;

    /// <inheritdoc/>
    public int IndexOf(string description)
    {
        // readers ask for thirty names: through the interface that would be most of their time
        ReadOnlySpan<LdapAttribute> all = Attributes switch
        {
            LdapAttribute[] array => array,
            List<LdapAttribute> list => CollectionsMarshal.AsSpan(list),
            _ => (LdapAttribute[])[.. Attributes],
        };
        for (int i = 0; i < all.Length; i++)
            if (all[i].Description.Equals(description, StringComparison.OrdinalIgnoreCase))
                return i;
        return -1;
    }

    /// <summary>First value as text; null when the attribute is missing.</summary>
    public string? First(string description) => Find(description) is { Values.Count: > 0 } found ? Encoding.UTF8.GetString(found.Values[0]) : null;

    /// <summary>All values as text, in order; empty when missing.</summary>
    public IEnumerable<string> All(string description) => Find(description)?.Values.Select(Encoding.UTF8.GetString) ?? [];

    ReadOnlySpan<char> IEntryContent.DnText => Dn.Text;
    int IEntryContent.Count => Attributes.Count;

    string IEntryContent.Description(int attribute) => Attributes[attribute].Description;

    int IEntryContent.ValueCount(int attribute) => Attributes[attribute].Values.Count;

    ReadOnlySpan<byte> IEntryContent.Value(int attribute, int value) => Attributes[attribute].Values[value];
}

/// <summary>One attribute: its description (type with options) and its values as octets.</summary>
public sealed record LdapAttribute(string Description, IReadOnlyList<byte[]> Values)
{
    public LdapAttribute(string description, params string[] values)
        : this(description, (IReadOnlyList<byte[]>)[.. values.Select(Encoding.UTF8.GetBytes)])
    {
    }
}
