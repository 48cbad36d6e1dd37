using DirMail.Ldap;
using DirMail.Ldap.Codec;

namespace DirMail.Servers.Ldap.Operations;

/// <summary>RFC 4511 4.7.</summary>
internal static class Add
{
    public static async Task<LdapOperation?> RunAsync(LdapListenerSession session, LdapMessage message, CancellationToken cancellationToken)
    {
        var request = (LdapOperation.AddRequest)message.Operation;
        LdapResult result = Dn.TryParse(request.Dn, out Dn? dn)
            ? await session.Tree.AddAsync(session.Requester, dn!, request.Attributes) : Responses.BadName(request.Dn);
        return new LdapOperation.AddResponse(result);
    }
}
