using DirMail.Ldap;
using DirMail.Ldap.Codec;
using DirMail.Ldap.Tree.Changes;

namespace DirMail.Servers.Ldap.Operations;

/// <summary>RFC 4511 4.9.</summary>
internal static class ModifyDn
{
    public static Task<LdapOperation?> RunAsync(LdapListenerSession session, LdapMessage message, CancellationToken cancellationToken)
    {
        var request = (LdapOperation.ModifyDnRequest)message.Operation;
        return Writes.RunAsync(session, message, request.Dn, (dn, controls) => RunAsync(session, request, dn, controls));
    }

    private static Task<WriteResult> RunAsync(LdapListenerSession session, LdapOperation.ModifyDnRequest request, Dn dn, WriteControls controls)
    {
        if (!Dn.TryParse(request.NewRdn, out Dn? rdn))
            return Task.FromResult<WriteResult>(new(Responses.BadName(request.NewRdn)));
        Dn? superior = null;
        if (request.NewSuperior is not null && !Dn.TryParse(request.NewSuperior, out superior))
            return Task.FromResult<WriteResult>(new(Responses.BadName(request.NewSuperior)));
        return session.Tree.ModifyDnAsync(session.Requester, dn, new NewName(rdn!, request.DeleteOldRdn, superior), controls);
    }
}
