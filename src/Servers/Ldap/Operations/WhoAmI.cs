using System.Text;
using DirMail.Ldap;
using DirMail.Ldap.Codec;

namespace DirMail.Servers.Ldap.Operations;

/// <summary>RFC 4532.</summary>
internal static class WhoAmI
{
    public static Task<LdapOperation?> RunAsync(LdapListenerSession session, LdapMessage message, CancellationToken cancellationToken)
    {
        string name = session.Requester.Name is { } bound ? $"dn:{bound.Text}" : "";
        return Task.FromResult<LdapOperation?>(new LdapOperation.ExtendedResponse(LdapResult.Success, null, Encoding.UTF8.GetBytes(name)));
    }
}
