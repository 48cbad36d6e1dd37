using DirMail.Ldap;
using DirMail.Ldap.Client;
using DirMail.Ldap.Codec;

namespace DirMail.Routing.Following;

/// <summary>What the server says it can do (RFC 4512 5.1). One that hides its root DSE is taken for one that can do little.</summary>
internal sealed record RootDse(IReadOnlySet<string> Controls)
{
    public FollowingMethod Method => Controls.Contains(SyncControls.RequestOid) ? FollowingMethod.Sync : FollowingMethod.Poll;

    public bool OffersPages => Controls.Contains(PagedResults.Oid);

    /// <exception cref="LdapException">The connection ended.</exception>
    public static async Task<RootDse> ReadAsync(LdapClient client, CancellationToken cancellationToken)
    {
        var controls = new HashSet<string>(StringComparer.Ordinal);
        var search = new LdapSearch(Dn.Root, LdapScope.Base, LdapFilter.Everything) { Attributes = ["supportedControl"] };
        await foreach (LdapSearchItem item in client.SearchAsync(search, cancellationToken))
            if (item is LdapSearchItem.Found found)
                controls.UnionWith(found.Entry.All("supportedControl"));
        return new(controls);
    }
}
