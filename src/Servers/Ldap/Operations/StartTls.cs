using DirMail.Ldap;
using DirMail.Ldap.Codec;
using DirMail.Ldap.Tree.Access;
using DirMail.Wire;

namespace DirMail.Servers.Ldap.Operations;

/// <summary>RFC 4511 4.14. The connection is anonymous after it: what was bound in plain text does not count under TLS.</summary>
internal sealed class StartTls(ICertificates certificates)
{
    public async Task<LdapOperation?> RunAsync(LdapListenerSession session, LdapMessage message, CancellationToken cancellationToken)
    {
        if (session.Connection.IsProtected)
            return new LdapOperation.ExtendedResponse(new LdapResult(LdapResultCode.OperationsError, "", "TLS is on already"), LdapOids.StartTls);
        session.Requester = Requester.Anonymous;
        await session.Answers.WriteAsync(message.Id, new LdapOperation.ExtendedResponse(LdapResult.Success, LdapOids.StartTls), cancellationToken);
        await session.Connection.StartTlsAsync(certificates, cancellationToken);
        return null;
    }
}
