using DirMail.Ldap;
using DirMail.Ldap.Codec;

namespace DirMail.Servers.Ldap.Operations;

/// <summary>RFC 4511 4.10.</summary>
internal static class Compare
{
    public static Task<LdapOperation?> RunAsync(LdapListenerSession session, LdapMessage message, CancellationToken cancellationToken)
    {
        var request = (LdapOperation.CompareRequest)message.Operation;
        LdapResult result = Dn.TryParse(request.Dn, out Dn? dn)
            ? RequestedControls.AssertionFailure(session, message, dn!) ?? session.Tree.Compare(session.Requester, dn!, request.Attribute, request.Value) : Responses.BadName(request.Dn);
        return Task.FromResult<LdapOperation?>(new LdapOperation.CompareResponse(result));
    }
}
