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
    private readonly bool _asksComputed;

    public SearchView(LdapSearch search, TreeSnapshot snapshot, DirectorySchema schema, Requester requester)
    {
        (_search, _snapshot, _schema) = (SchemaNames.Canonical(search.Base, schema) is { } known ? search with { Base = known } : search, snapshot, schema);
        _access = new AccessCheck(requester, snapshot, schema);
        _selection = new AttributeSelection(search.Attributes, schema);
        _asksComputed = ComputedAttributes.AreIn(search.Filter, schema);
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

    public LdapEntry Show(TreeEntry entry)
    {
        LdapEntry shown = ShowAll(entry);
        return _search.MatchedValues.Count == 0 ? shown : new LdapEntry(shown.Dn, [.. shown.Attributes.Select(Matched).Where(a => a.Values.Count > 0)]);
    }

    private LdapAttribute Matched(LdapAttribute attribute) => attribute with { Values = [.. attribute.Values.Where(v => IsMatched(attribute.Description, v))] };

    /// <summary>A filter item is tested on an entry that has this one value.</summary>
    private bool IsMatched(string description, byte[] value)
    {
        var alone = new TreeEntry(Dn.Root, Guid.Empty, [new TreeAttribute(_schema.Attribute(description)!, description, [value])]);
        return _search.MatchedValues.Any(item => FilterMatch.Test(item, alone, _schema) == true);
    }

    private LdapEntry ShowAll(TreeEntry entry) => _selection.Of(entry, entry.Attributes.Concat(ComputedAttributes.Of(entry, _snapshot, _schema)), _access);

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
        FilterMatch.Test(_search.Filter, _asksComputed ? ComputedAttributes.With(entry, _snapshot, _schema) : entry, _schema, (e, type, value) => _access.May(AccessRight.Search, e, type, value)) == true
        && _access.May(AccessRight.Read, entry, AccessCheck.Entry);

    private LdapResult? FaultOfBase()
    {
        if (_snapshot.Entry(_search.Base) is not { } entry)
            return new LdapResult(LdapResultCode.NoSuchObject, Changes.Superiors.Nearest(_search.Base, _snapshot, _access));
        return _access.May(AccessRight.Search, entry, AccessCheck.Entry) ? null : _access.Refusal(entry);
    }
}
