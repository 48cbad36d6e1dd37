using System.Text;
using DirMail.Ldap.Client;
using DirMail.Ldap.Tree.Access;
using DirMail.Ldap.Tree.Schema;

namespace DirMail.Ldap.Tree;

/// <summary>One search by one requester on one state of the tree: what it finds and how it looks. Not for two threads at once.</summary>
internal sealed class SearchView
{
    private readonly LdapSearch _search;
    private readonly TreeSnapshot _snapshot;
    private readonly DirectorySchema _schema;
    private readonly AccessCheck _access;
    private readonly AttributeSelection _selection;

    public SearchView(LdapSearch search, TreeSnapshot snapshot, DirectorySchema schema, Requester requester)
    {
        (_search, _snapshot, _schema) = (search, snapshot, schema);
        _access = new AccessCheck(requester, snapshot, schema);
        _selection = new AttributeSelection(search.Attributes, schema);
        Fault = FaultOfBase();
    }

    /// <summary>Why nothing can be searched: no such base, or no right to it. Null when it can.</summary>
    public LdapResult? Fault { get; }

    public IEnumerable<TreeEntry> Matches()
    {
        foreach (TreeEntry entry in Candidates())
            if (Passes(entry))
                yield return entry;
    }

    /// <summary>Whether an entry, of this state or an earlier one, is in scope, passes the filter and may be seen.</summary>
    public bool IsMatch(TreeEntry entry) => InScope(entry.Dn) && Passes(entry);

    public LdapEntry Show(TreeEntry entry) => _selection.Of(entry, WithComputed(entry), _access);

    private IEnumerable<TreeEntry> Candidates() => _search.Scope switch
    {
        LdapScope.Base => [_snapshot.Entry(_search.Base)!],
        LdapScope.OneLevel => _snapshot.Find(_search.Base)!.Children.Select(c => _snapshot.Entry(c)!),
        _ => _snapshot.Subtree(_search.Base.Normal).Select(n => n.Entry),
    };

    private bool InScope(Dn dn) => _search.Scope switch
    {
        LdapScope.Base => dn.Equals(_search.Base),
        LdapScope.OneLevel => TreeSnapshot.Above(dn.Normal) == _search.Base.Normal,
        _ => dn.IsWithin(_search.Base),
    };

    private bool Passes(TreeEntry entry) =>
        FilterMatch.Test(_search.Filter, entry, _schema, (e, type, value) => _access.May(AccessRight.Search, e, type, value)) == true
        && _access.May(AccessRight.Read, entry, AccessCheck.Entry);

    private LdapResult? FaultOfBase()
    {
        if (_snapshot.Entry(_search.Base) is not { } entry)
            return new LdapResult(LdapResultCode.NoSuchObject, Changes.Superiors.Nearest(_search.Base, _snapshot, _access));
        return _access.May(AccessRight.Search, entry, AccessCheck.Entry) ? null : _access.Refusal(entry);
    }

    /// <summary>The attributes that are told, not kept (RFC 4512 4.2, RFC 5020).</summary>
    private IEnumerable<TreeAttribute> WithComputed(TreeEntry entry)
    {
        TreeNode? node = _snapshot.Find(entry.Dn);
        foreach (TreeAttribute attribute in entry.Attributes)
            yield return attribute;
        yield return Computed("entryDN", entry.Dn.Text);
        yield return Computed("subschemaSubentry", VirtualEntries.SubschemaName.Text);
        yield return Computed("hasSubordinates", node is { Children.IsEmpty: false } ? "TRUE" : "FALSE");
        if (_snapshot.Roots.Contains(entry.Dn.Normal))
            yield return Computed("contextCSN", _snapshot.Csn);
    }

    private TreeAttribute Computed(string name, string value)
    {
        AttributeType type = _schema.Attribute(name)!;
        return new TreeAttribute(type, type.Name, [Encoding.UTF8.GetBytes(value)]);
    }
}
