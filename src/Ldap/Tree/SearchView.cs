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
    public bool IsMatch(TreeEntry entry) => InScope(entry.Dn.Normal) && Passes(entry);

    public LdapEntry Show(TreeEntry entry) => _selection.Of(entry, WithComputed(entry), _access);

    private IEnumerable<TreeEntry> Candidates()
    {
        if (_search.Scope == LdapScope.Base)
            return [_snapshot.Entry(_search.Base)!];
        if (new IndexedSearch(_snapshot, _schema).Candidates(_search.Filter) is { } names && !IsSmallScope(names.Count))
            return names.Where(name => InScope(name)).Select(name => _snapshot.Entry(name)!);
        return _search.Scope == LdapScope.OneLevel
            ? _snapshot.Find(_search.Base)!.Children.Select(c => _snapshot.Entry(c)!)
            : _snapshot.Subtree(_search.Base.Normal).Select(n => n.Entry);
    }

    /// <summary>Whether no more entries are in scope than that. Counting stops there, so it costs no more than what it may save.</summary>
    private bool IsSmallScope(int count)
    {
        if (_search.Scope == LdapScope.OneLevel)
            return _snapshot.Find(_search.Base)!.Children.Count <= count;
        return !_snapshot.Roots.Contains(_search.Base.Normal) && _snapshot.Subtree(_search.Base.Normal).Take(count + 1).Count() <= count;
    }

    private bool InScope(string name) => _search.Scope switch
    {
        LdapScope.Base => name == _search.Base.Normal,
        LdapScope.OneLevel => TreeSnapshot.Above(name) == _search.Base.Normal,
        _ => Dn.IsWithin(name, _search.Base.Normal),
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
