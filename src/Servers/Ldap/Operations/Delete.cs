using DirMail.Ldap;
using DirMail.Ldap.Codec;

namespace DirMail.Servers.Ldap.Operations;

/// <summary>RFC 4511 4.8.</summary>
internal static class Delete
{
    public static async Task<LdapOperation?> RunAsync(LdapListenerSession session, LdapMessage message, CancellationToken cancellationToken)
    {
        var request = (LdapOperation.DeleteRequest)message.Operation;
        LdapResult result = Dn.TryParse(request.Dn, out Dn? dn) ? await session.Tree.DeleteAsync(session.Requester, dn!) : Responses.BadName(request.Dn);
        return new LdapOperation.DeleteResponse(result);
    }
}
