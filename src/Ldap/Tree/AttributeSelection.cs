using DirMail.Ldap.Tree.Access;
using DirMail.Ldap.Tree.Schema;

namespace DirMail.Ldap.Tree;

/// <summary>Which attributes a search returns (RFC 4511 4.5.1.8, RFC 3673, RFC 4529): "*" or nothing all user ones, "+" all operational ones, "1.1" none, "@class" those of a class.</summary>
internal sealed class AttributeSelection
{
    private readonly bool _allUser;
    private readonly bool _allOperational;
    private readonly List<(AttributeType Type, string Description)> _named = [];

    public AttributeSelection(IReadOnlyList<string> wanted, DirectorySchema schema)
    {
        _allUser = wanted.Count == 0 || wanted.Contains("*");
        _allOperational = wanted.Contains("+");
        foreach (string description in wanted)
            if (description.StartsWith('@') && schema.Class(description[1..]) is { } named)
                _named.AddRange(named.Chain().SelectMany(c => c.Must.Concat(c.May)).Select(t => (t, t.Name)));
            else if (schema.Attribute(description) is { } type)
                _named.Add((type, description));
    }

    public bool Wants(AttributeType type, string description)
    {
        if (type.IsOperational ? _allOperational : _allUser)
            return true;
        foreach ((AttributeType named, string asked) in _named)
            if (type.IsA(named) && (!asked.Contains(';') || asked.Equals(description, StringComparison.OrdinalIgnoreCase)))
                return true;
        return false;
    }

    /// <summary>The entry as the requester may read it: wanted attributes, readable values.</summary>
    public LdapEntry Of(TreeEntry entry, IEnumerable<TreeAttribute> attributes, AccessCheck access)
    {
        var shown = new List<LdapAttribute>();
        foreach (TreeAttribute attribute in attributes)
        {
            if (!Wants(attribute.Type, attribute.Description))
                continue;
            if (access.DependsOnValue(attribute.Type))
            {
                byte[][] values = [.. attribute.Values.Where(v => access.May(AccessRight.Read, entry, attribute.Type, v))];
                if (values.Length > 0)
                    shown.Add(new LdapAttribute(attribute.Description, values));
            }
            else if (access.May(AccessRight.Read, entry, attribute.Type))
            {
                shown.Add(new LdapAttribute(attribute.Description, attribute.Values));
            }
        }
        return new LdapEntry(entry.Dn, shown);
    }
}
