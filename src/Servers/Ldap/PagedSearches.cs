using System.Buffers.Binary;
using DirMail.Ldap.Client;

namespace DirMail.Servers.Ldap;

/// <summary>
/// The paged searches a connection has begun (RFC 2696): each goes on where it stood, on the state of the tree where it began. Only a few are kept, because
/// each holds that state; a cookie that is no longer known is answered so.
/// </summary>
internal sealed class PagedSearches
{
    private const int MaxOpen = 4;

    private readonly Dictionary<int, IEnumerator<LdapSearchItem>> _open = [];
    private readonly Lock _lock = new();
    private int _last;

    /// <summary>Takes the search out: it is one request's until it is put back.</summary>
    public IEnumerator<LdapSearchItem>? Take(byte[] cookie)
    {
        lock (_lock)
            return cookie.Length == sizeof(int) && _open.Remove(BinaryPrimitives.ReadInt32BigEndian(cookie), out IEnumerator<LdapSearchItem>? search) ? search : null;
    }

    /// <summary>Keeps a search for its next page; the oldest goes when there are too many.</summary>
    public byte[] Keep(IEnumerator<LdapSearchItem> search)
    {
        lock (_lock)
        {
            if (_open.Count == MaxOpen && _open.Remove(_open.Keys.Min(), out IEnumerator<LdapSearchItem>? oldest))
                oldest.Dispose();
            _open[++_last] = search;
            byte[] cookie = new byte[sizeof(int)];
            BinaryPrimitives.WriteInt32BigEndian(cookie, _last);
            return cookie;
        }
    }

    public void Clear()
    {
        lock (_lock)
        {
            foreach (IEnumerator<LdapSearchItem> search in _open.Values)
                search.Dispose();
            _open.Clear();
        }
    }
}
