using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using System.Text;
using DirMail.Ldap.Tree.Schema;

namespace DirMail.Ldap.Tree.Changes;

/// <summary>The attributes of an entry while changes are applied to them one by one (RFC 4511 4.6). After a fault it is of no further use.</summary>
internal sealed class AttributeValues(DirectorySchema schema, ImmutableArray<TreeAttribute> attributes)
{
    private readonly List<TreeAttribute> _attributes = [.. attributes];

    public ImmutableArray<TreeAttribute> Result => [.. _attributes];

    public TreeAttribute? Find(string description) =>
        schema.Attribute(description) is { } type && IndexOf(type, description) is var at and >= 0 ? _attributes[at] : null;

    public LdapResult? Apply(LdapChange change)
    {
        string description = change.Attribute.Description;
        if (schema.Attribute(description) is not { } type)
            return new LdapResult(LdapResultCode.UndefinedAttributeType, "", $"{Shown(description)}: attribute type undefined");
        return change.Kind switch
        {
            LdapChangeKind.Add => Add(type, description, change.Attribute.Values),
            LdapChangeKind.Delete => Delete(type, description, change.Attribute.Values),
            LdapChangeKind.Replace => Replace(type, description, change.Attribute.Values),
            LdapChangeKind.Increment => Increment(type, description, change.Attribute.Values),
            _ => new LdapResult(LdapResultCode.ProtocolError, "", "unknown kind of change"),
        };
    }

    /// <summary>Sets or, with no values, removes; for attributes that the directory keeps itself.</summary>
    public void Set(string description, params byte[][] values) => Replace(schema.Attribute(description)!, description, values);

    public void Set(string description, string value) => Set(description, Encoding.UTF8.GetBytes(value));

    private LdapResult? Add(AttributeType type, string description, IReadOnlyList<byte[]> values)
    {
        if (values.Count == 0)
            return new LdapResult(LdapResultCode.ProtocolError, "", $"{description}: no values given");
        int at = IndexOf(type, description);
        ImmutableArray<byte[]> all = [.. at < 0 ? [] : _attributes[at].Values, .. values];
        return Put(at, new TreeAttribute(type, Canonical(type, description), all));
    }

    private LdapResult? Replace(AttributeType type, string description, IReadOnlyList<byte[]> values)
    {
        int at = IndexOf(type, description);
        if (values.Count > 0)
            return Put(at, new TreeAttribute(type, Canonical(type, description), [.. values]));
        if (at >= 0)
            _attributes.RemoveAt(at);
        return null;
    }

    private LdapResult? Delete(AttributeType type, string description, IReadOnlyList<byte[]> values)
    {
        int at = IndexOf(type, description);
        if (at < 0)
            return Missing(description, "no such attribute");
        TreeAttribute attribute = _attributes[at];
        if (values.Count == 0)
        {
            _attributes.RemoveAt(at);
            return null;
        }
        foreach (byte[] value in values)
        {
            int index = attribute.IndexOf(value);
            if (index < 0)
                return Missing(description, "no such value");
            attribute = attribute with { Values = attribute.Values.RemoveAt(index) };
        }
        if (attribute.Values.IsEmpty)
            _attributes.RemoveAt(at);
        else
            _attributes[at] = attribute;
        return null;
    }

    /// <summary>RFC 4525.</summary>
    private LdapResult? Increment(AttributeType type, string description, IReadOnlyList<byte[]> values)
    {
        int at = IndexOf(type, description);
        if (at < 0)
            return Missing(description, "no such attribute");
        if (NormalForm.Integer(values[0]) is not string by || _attributes[at].Values.Any(v => NormalForm.Integer(v) is null))
            return new LdapResult(LdapResultCode.ConstraintViolation, "", $"{description}: not a number");
        BigInteger add = BigInteger.Parse(by, CultureInfo.InvariantCulture);
        return Put(at, _attributes[at] with { Values = [.. _attributes[at].Values.Select(v => Encoding.ASCII.GetBytes((BigInteger.Parse(NormalForm.Integer(v)!, CultureInfo.InvariantCulture) + add).ToString(CultureInfo.InvariantCulture)))] });
    }

    private LdapResult? Put(int at, TreeAttribute attribute)
    {
        if (ReferenceEquals(attribute.Type, schema.ObjectClassAttribute))
            attribute = attribute with { Values = [.. attribute.Values.Select(ClassName)] };
        if (HasTwins(attribute))
            return new LdapResult(LdapResultCode.AttributeOrValueExists, "", $"{attribute.Description}: value given twice or there already");
        if (at < 0)
            _attributes.Add(attribute);
        else
            _attributes[at] = attribute;
        return null;
    }

    /// <summary>Classes are kept by their first name.</summary>
    private byte[] ClassName(byte[] given) => schema.Class(Encoding.UTF8.GetString(given).Trim(' ')) is { } known && !given.AsSpan().SequenceEqual(Encoding.UTF8.GetBytes(known.Name))
        ? Encoding.UTF8.GetBytes(known.Name) : given;

    private static bool HasTwins(TreeAttribute attribute)
    {
        if (attribute.Values.Length == 1)
            return false;
        var keys = new HashSet<string>(attribute.Values.Length, StringComparer.Ordinal);
        foreach (byte[] value in attribute.Values)
            if (!keys.Add(attribute.Type.Key(value)))
                return true;
        return false;
    }

    /// <summary>The same attribute may be written by another of its names: mailLocalAddress is mailAlternateAddress.</summary>
    private int IndexOf(AttributeType type, string description)
    {
        string wanted = Canonical(type, description);
        return _attributes.FindIndex(a => ReferenceEquals(a.Type, type) && a.Description.Equals(wanted, StringComparison.OrdinalIgnoreCase));
    }

    public static string Canonical(AttributeType type, string description)
    {
        int options = description.IndexOf(';', StringComparison.Ordinal);
        return options < 0 ? type.Name : type.Name + description[options..];
    }

    private static LdapResult Missing(string description, string what) => new(LdapResultCode.NoSuchAttribute, "", $"{description}: {what}");

    private static string Shown(string text) => text.Length <= 80 ? text : text[..80];
}
