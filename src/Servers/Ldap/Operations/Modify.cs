using DirMail.Ldap;
using DirMail.Ldap.Codec;

namespace DirMail.Servers.Ldap.Operations;

/// <summary>RFC 4511 4.6.</summary>
internal static class Modify
{
    public static async Task<LdapOperation?> RunAsync(LdapListenerSession session, LdapMessage message, CancellationToken cancellationToken)
    {
        var request = (LdapOperation.ModifyRequest)message.Operation;
        LdapResult result = Dn.TryParse(request.Dn, out Dn? dn)
            ? await session.Tree.ModifyAsync(session.Requester, dn!, request.Changes) : Responses.BadName(request.Dn);
        return new LdapOperation.ModifyResponse(result);
    }
}
