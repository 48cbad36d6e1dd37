using DirMail.Ldap;
using DirMail.Ldap.Codec;

namespace DirMail.Servers.Ldap.Operations;

/// <summary>RFC 3909: an abandon that is answered. Only what runs beside other operations can be cancelled; writes are done before a cancel is read.</summary>
internal static class Cancel
{
    public static Task<LdapOperation?> RunAsync(LdapListenerSession session, LdapMessage message, CancellationToken cancellationToken)
    {
        CancelRequest? request = CancelRequest.Read((LdapOperation.ExtendedRequest)message.Operation);
        LdapResultCode code = request is null || request.CancelId == message.Id ? LdapResultCode.ProtocolError : session.Cancel(request.CancelId);
        return Task.FromResult<LdapOperation?>(new LdapOperation.ExtendedResponse(new LdapResult(code)));
    }
}
