using System.Collections.Immutable;
using System.Text;
using DirMail.Ldap.Tree.Schema;

namespace DirMail.Ldap.Tree;

/// <summary>One attribute of an entry: its type, its description with options, and at least one value.</summary>
internal sealed record TreeAttribute(AttributeType Type, string Description, ImmutableArray<byte[]> Values)
{
    public bool Has(byte[] value) => IndexOf(value) >= 0;

    public int IndexOf(byte[] value)
    {
        string key = Type.Key(value);
        for (int i = 0; i < Values.Length; i++)
            if (Type.Key(Values[i]) == key)
                return i;
        return -1;
    }
}

/// <summary>One entry of the tree with its user and operational attributes. Immutable: a change makes a new one with the same <see cref="Uuid"/>.</summary>
internal sealed record TreeEntry(Dn Dn, Guid Uuid, ImmutableArray<TreeAttribute> Attributes)
{
    private ImmutableArray<ObjectClass> _classes;

    public TreeAttribute? Find(string description)
    {
        foreach (TreeAttribute attribute in Attributes)
            if (attribute.Description.Equals(description, StringComparison.OrdinalIgnoreCase))
                return attribute;
        return null;
    }

    public TreeAttribute? Find(AttributeType type)
    {
        foreach (TreeAttribute attribute in Attributes)
            if (ReferenceEquals(attribute.Type, type) && !attribute.Description.Contains(';'))
                return attribute;
        return null;
    }

    public string? First(string description) => Find(description) is { } found ? Encoding.UTF8.GetString(found.Values[0]) : null;

    public string Csn => First("entryCSN") ?? "";

    /// <summary>The classes named in the entry that the schema knows, without their superclasses.</summary>
    public ImmutableArray<ObjectClass> Classes(DirectorySchema schema)
    {
        if (_classes.IsDefault)
            _classes = Find(schema.ObjectClassAttribute) is { } named
                ? [.. named.Values.Select(v => schema.Class(Encoding.UTF8.GetString(v))).OfType<ObjectClass>()] : [];
        return _classes;
    }

    public bool IsOf(ObjectClass objectClass, DirectorySchema schema)
    {
        foreach (ObjectClass own in Classes(schema))
            if (own.IsA(objectClass))
                return true;
        return false;
    }

    public TreeEntry With(ImmutableArray<TreeAttribute> attributes) => new(Dn, Uuid, attributes);

    public TreeEntry Named(Dn dn) => new(dn, Uuid, Attributes);

    public LdapEntry Whole() => new(Dn, [.. Attributes.Select(a => new LdapAttribute(a.Description, a.Values))]);
}
