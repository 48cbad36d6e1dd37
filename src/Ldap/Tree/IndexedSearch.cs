using System.Text;
using DirMail.Ldap.Tree.Schema;

namespace DirMail.Ldap.Tree;

/// <summary>
/// What the index knows of a filter: names of entries among which all that match are. The filter is still tested on each of them, so this decides
/// about speed and never about right or wrong.
/// </summary>
internal sealed class IndexedSearch(TreeSnapshot snapshot, DirectorySchema schema)
{
    private static readonly IReadOnlyCollection<string> s_none = [];

    /// <summary>Null when the index does not help: nothing indexed in the filter, or so many entries that looking at all is as quick.</summary>
    public IReadOnlyCollection<string>? Candidates(LdapFilter filter) => Of(filter) is { } found && found.Count <= snapshot.Count / 2 ? found : null;

    private IReadOnlyCollection<string>? Of(LdapFilter filter) => filter switch
    {
        LdapFilter.Equal equal => Equality(equal.Attribute, equal.Value),
        LdapFilter.Approximate near => Equality(near.Attribute, near.Value),
        LdapFilter.And and => and.Parts.Select(Of).Where(names => names is not null).MinBy(names => names!.Count),
        LdapFilter.Or or => Union(or.Parts.Select(Of)),
        _ => null,
    };

    private IReadOnlyCollection<string>? Equality(string description, byte[] value)
    {
        if (schema.Attribute(description) is not { } type)
            return s_none;
        if (!type.IsIndexed)
            return null;
        if (!ReferenceEquals(type, schema.ObjectClassAttribute))
            return TreeIndex.KeyOf(type, value) is string key ? snapshot.Index.With(type, key) : s_none;
        return schema.Class(Encoding.UTF8.GetString(value).Trim(' ')) is { } wanted
            ? Union(schema.Classes.Where(c => c.IsA(wanted)).Select(c => (IReadOnlyCollection<string>?)snapshot.Index.With(type, c.Oid))) : s_none;
    }

    private IReadOnlyCollection<string>? Union(IEnumerable<IReadOnlyCollection<string>?> parts)
    {
        List<IReadOnlyCollection<string>?> all = [.. parts];
        if (all.Contains(null) || all.Sum(names => (long)names!.Count) > snapshot.Count / 2)
            return null;
        return all.FindAll(names => names!.Count > 0) is [{ } only] ? only : all.SelectMany(names => names!).ToHashSet(StringComparer.Ordinal);
    }
}
