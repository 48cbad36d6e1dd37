using DirMail.Ldap;
using DirMail.Ldap.Codec;

namespace DirMail.Servers.Ldap.Operations;

/// <summary>RFC 4511 4.9.</summary>
internal static class ModifyDn
{
    public static async Task<LdapOperation?> RunAsync(LdapListenerSession session, LdapMessage message, CancellationToken cancellationToken)
    {
        var request = (LdapOperation.ModifyDnRequest)message.Operation;
        return new LdapOperation.ModifyDnResponse(await RunAsync(session, request));
    }

    private static async Task<LdapResult> RunAsync(LdapListenerSession session, LdapOperation.ModifyDnRequest request)
    {
        if (!Dn.TryParse(request.Dn, out Dn? dn))
            return Responses.BadName(request.Dn);
        if (!Dn.TryParse(request.NewRdn, out Dn? rdn))
            return Responses.BadName(request.NewRdn);
        Dn? superior = null;
        if (request.NewSuperior is not null && !Dn.TryParse(request.NewSuperior, out superior))
            return Responses.BadName(request.NewSuperior);
        return await session.Tree.ModifyDnAsync(session.Requester, dn!, rdn!, request.DeleteOldRdn, superior);
    }
}
