using DirMail.Ldap;
using DirMail.Ldap.Client;
using DirMail.Ldap.Codec;

namespace DirMail.Routing.Following;

/// <summary>What the server says it can do (RFC 4512 5.1), and does. One that hides its root DSE is taken for one that can do little.</summary>
internal sealed record RootDse(FollowingMethod Method, bool OffersPages)
{
    /// <exception cref="LdapException">The connection ended.</exception>
    public static async Task<RootDse> ReadAsync(LdapClient client, DirectorySettings settings, CancellationToken cancellationToken)
    {
        var controls = new HashSet<string>(StringComparer.Ordinal);
        var search = new LdapSearch(Dn.Root, LdapScope.Base, LdapFilter.Everything) { Attributes = ["supportedControl"] };
        await foreach (LdapSearchItem item in client.SearchAsync(search, cancellationToken))
            if (item is LdapSearchItem.Found found)
                controls.UnionWith(found.Entry.All("supportedControl"));
        bool pushes = controls.Contains(SyncControls.RequestOid) && await PushesAsync(client, settings, cancellationToken);
        return new(pushes ? FollowingMethod.Sync : FollowingMethod.Poll, controls.Contains(PagedResults.Oid));
    }

    /// <summary>OpenLDAP names the control as soon as the module is loaded, and refuses it for a database that has not the overlay. Any other failure is the real search's to tell.</summary>
    private static async Task<bool> PushesAsync(LdapClient client, DirectorySettings settings, CancellationToken cancellationToken)
    {
        bool isRefused = false;
        foreach (Dn root in FollowedEntries.Roots(settings))
        {
            var search = new LdapSearch(root, LdapScope.Base, LdapFilter.Everything) { Attributes = ["1.1"], Sync = new SyncRequest(Persist: false, null) };
            await foreach (LdapSearchItem item in client.SearchAsync(search, cancellationToken))
                isRefused |= item is LdapSearchItem.Done { Result.Code: LdapResultCode.UnavailableCriticalExtension };
        }
        return !isRefused;
    }
}
