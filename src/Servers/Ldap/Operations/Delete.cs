using DirMail.Ldap.Codec;

namespace DirMail.Servers.Ldap.Operations;

/// <summary>RFC 4511 4.8.</summary>
internal static class Delete
{
    public static Task<LdapOperation?> RunAsync(LdapListenerSession session, LdapMessage message, CancellationToken cancellationToken)
    {
        var request = (LdapOperation.DeleteRequest)message.Operation;
        return Writes.RunAsync(session, message, request.Dn, (dn, controls) => session.Tree.DeleteAsync(session.Requester, dn, controls));
    }
}
