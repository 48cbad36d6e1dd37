using System.Text;
using DirMail.Ldap.Tree.Schema;

namespace DirMail.Ldap.Tree;

/// <summary>The attributes that are told, not kept (RFC 4512 4.2, RFC 5020).</summary>
internal static class ComputedAttributes
{
    public static IReadOnlyList<string> Names { get; } = ["entryDN", "subschemaSubentry", "hasSubordinates", "contextCSN"];

    public static IEnumerable<TreeAttribute> Of(TreeEntry entry, TreeSnapshot snapshot, DirectorySchema schema)
    {
        yield return Make("entryDN", entry.Dn.Text);
        yield return Make("subschemaSubentry", VirtualEntries.SubschemaName.Text);
        yield return Make("hasSubordinates", snapshot.Find(entry.Dn) is { Children.IsEmpty: false } ? "TRUE" : "FALSE");
        if (snapshot.Roots.Contains(entry.Dn.Normal))
            yield return Make("contextCSN", snapshot.Csn);

        TreeAttribute Make(string name, string value)
        {
            AttributeType type = schema.Attribute(name)!;
            return new TreeAttribute(type, type.Name, [Encoding.UTF8.GetBytes(value)]);
        }
    }

    /// <summary>The entry with them, as a filter or a comparison sees it.</summary>
    public static TreeEntry With(TreeEntry entry, TreeSnapshot snapshot, DirectorySchema schema) => entry.With([.. entry.Attributes, .. Of(entry, snapshot, schema)]);

    public static bool AreIn(LdapFilter filter, DirectorySchema schema) => filter switch
    {
        LdapFilter.And and => and.Parts.Any(p => AreIn(p, schema)),
        LdapFilter.Or or => or.Parts.Any(p => AreIn(p, schema)),
        LdapFilter.Not not => AreIn(not.Part, schema),
        LdapFilter.Present present => Is(present.Attribute, schema),
        LdapFilter.Equal equal => Is(equal.Attribute, schema),
        LdapFilter.Approximate near => Is(near.Attribute, schema),
        LdapFilter.GreaterOrEqual greater => Is(greater.Attribute, schema),
        LdapFilter.LessOrEqual less => Is(less.Attribute, schema),
        LdapFilter.Substring substring => Is(substring.Attribute, schema),
        LdapFilter.Extensible { Attribute: string name } => Is(name, schema),
        _ => false,
    };

    private static bool Is(string description, DirectorySchema schema) => schema.Attribute(description) is { IsComputed: true };
}
