using System.Text;
using DirMail.Ldap.Client;
using DirMail.Ldap.Tree.Access;
using DirMail.Ldap.Tree.Schema;

namespace DirMail.Ldap.Tree;

/// <summary>The root DSE (RFC 4512 5.1) and the subschema entry (RFC 4512 4.2): everyone may read them, they are in no naming context.</summary>
internal sealed class VirtualEntries(DirectorySchema schema)
{
    private TreeEntry? _subschema;

    public static Dn SubschemaName { get; } = Dn.Parse("cn=Subschema");

    /// <summary>What the server in front of the tree can do.</summary>
    public Capabilities Capabilities { get; set; } = new([], [], []);

    /// <summary>Null when the base is neither.</summary>
    public IReadOnlyList<LdapSearchItem>? Search(LdapSearch search, TreeSnapshot snapshot)
    {
        bool isRoot = search.Base.IsRoot && search.Scope == LdapScope.Base;
        if (!isRoot && !search.Base.Equals(SubschemaName))
            return null;
        TreeEntry entry = isRoot ? RootDse(snapshot) : _subschema ??= Subschema();
        var done = new LdapSearchItem.Done(LdapResult.Success, null, false);
        if (search.Scope == LdapScope.OneLevel || FilterMatch.Test(search.Filter, entry, schema) != true)
            return [done];
        var selection = new AttributeSelection(search.Attributes, schema);
        LdapEntry shown = selection.Of(entry, entry.Attributes, new AccessCheck(Requester.Program, snapshot, schema));
        return [new LdapSearchItem.Found(shown, null, entry.Uuid, null), done];
    }

    private TreeEntry RootDse(TreeSnapshot snapshot) => Make(Dn.Root,
        ("objectClass", ["top"]),
        ("structuralObjectClass", ["top"]),
        ("namingContexts", snapshot.Roots.Select(r => snapshot.Entry(r)!.Dn.Text)),
        ("supportedControl", Capabilities.Controls),
        ("supportedExtension", Capabilities.Extensions),
        ("supportedFeatures", Capabilities.Features),
        ("supportedLDAPVersion", ["3"]),
        ("subschemaSubentry", [SubschemaName.Text]),
        ("vendorName", ["DirMail"]),
        ("entryDN", [""]));

    private TreeEntry Subschema() => Make(SubschemaName,
        ("objectClass", ["top", "subentry", "subschema", "extensibleObject"]),
        ("cn", ["Subschema"]),
        ("structuralObjectClass", ["subentry"]),
        ("ldapSyntaxes", schema.Attributes.Select(a => a.Syntax.Split('{')[0]).Distinct().Order(StringComparer.Ordinal).Select(oid => $"( {oid} )")),
        ("matchingRules", MatchingRule.All.Select(r => $"( {r.Oid} NAME '{r.Name}' SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )")),
        ("attributeTypes", schema.Attributes.Select(a => a.Definition)),
        ("objectClasses", schema.Classes.Select(c => c.Definition)),
        ("subschemaSubentry", [SubschemaName.Text]),
        ("entryDN", [SubschemaName.Text]));

    private TreeEntry Make(Dn dn, params (string Name, IEnumerable<string> Values)[] attributes) => new(dn, Guid.Empty,
    [
        .. attributes.Select(a => new TreeAttribute(schema.Attribute(a.Name)!, schema.Attribute(a.Name)!.Name, [.. a.Values.Select(Encoding.UTF8.GetBytes)]))
            .Where(a => !a.Values.IsEmpty),
    ]);
}

/// <summary>Numbers of the controls, extended operations and features that a server offers, for its root DSE.</summary>
public sealed record Capabilities(IReadOnlyList<string> Controls, IReadOnlyList<string> Extensions, IReadOnlyList<string> Features);
