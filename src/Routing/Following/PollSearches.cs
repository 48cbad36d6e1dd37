using System.Runtime.CompilerServices;
using System.Text;
using DirMail.Ldap;
using DirMail.Ldap.Client;

namespace DirMail.Routing.Following;

/// <summary>What polling asks the directory, and the entries that it answers.</summary>
internal sealed class PollSearches(LdapClient client, DirectorySettings settings, RootDse root)
{
    private const int PageSize = 1000;

    private readonly int _pageSize = root.OffersPages ? PageSize : 0;
    private readonly LdapFilter _followed = FollowedEntries.Filter(settings);

    /// <summary>All that is followed, with its content.</summary>
    public IAsyncEnumerable<LdapEntry> AllAsync(CancellationToken stop) => BelowAsync(_followed, ["*", .. EntryStamp.Attributes], stop);

    /// <summary>What changed at that time of the directory's clock, or later.</summary>
    public IAsyncEnumerable<LdapEntry> SinceAsync(DateTimeOffset time, CancellationToken stop)
    {
        var since = new LdapFilter.GreaterOrEqual("modifyTimestamp", Encoding.ASCII.GetBytes(EntryStamp.WriteTime(time)));
        return BelowAsync(new LdapFilter.And([since, _followed]), ["*", .. EntryStamp.Attributes], stop);
    }

    /// <summary>All that is followed, without its content.</summary>
    public IAsyncEnumerable<LdapEntry> StampsAsync(CancellationToken stop) => BelowAsync(_followed, EntryStamp.Attributes, stop);

    /// <summary>One entry with its content; null when it is not there any more, or is none that is followed.</summary>
    public async Task<LdapEntry?> FindAsync(Dn dn, CancellationToken stop)
    {
        var search = new LdapSearch(dn, LdapScope.Base, _followed) { Attributes = ["*", .. EntryStamp.Attributes] };
        LdapEntry? entry = null;
        await foreach (LdapEntry found in SearchAsync(search, stop))
            entry = found;
        return entry;
    }

    /// <summary>An entry that moves from one root to the other meanwhile is missed by none, or by both until the next sweep.</summary>
    private async IAsyncEnumerable<LdapEntry> BelowAsync(LdapFilter filter, IReadOnlyList<string> attributes, [EnumeratorCancellation] CancellationToken stop)
    {
        foreach (Dn root in FollowedEntries.Roots(settings))
            await foreach (LdapEntry entry in SearchAsync(new(root, LdapScope.Subtree, filter) { Attributes = attributes, PageSize = _pageSize }, stop))
                yield return entry;
    }

    /// <exception cref="LdapException">The search did not come to its end: what is missing must not be taken for gone.</exception>
    private async IAsyncEnumerable<LdapEntry> SearchAsync(LdapSearch search, [EnumeratorCancellation] CancellationToken stop)
    {
        await foreach (LdapSearchItem item in client.SearchAsync(search, stop))
            if (item is LdapSearchItem.Found found)
                yield return found.Entry;
            else if (item is LdapSearchItem.Done { Result: { IsSuccess: false } result } && !(search.Scope == LdapScope.Base && result.Code == LdapResultCode.NoSuchObject))
                throw new LdapException($"a search for changes failed: {result.Describe()}");
    }
}
