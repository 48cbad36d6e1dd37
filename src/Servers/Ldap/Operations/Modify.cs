using DirMail.Ldap.Codec;

namespace DirMail.Servers.Ldap.Operations;

/// <summary>RFC 4511 4.6.</summary>
internal static class Modify
{
    public static Task<LdapOperation?> RunAsync(LdapListenerSession session, LdapMessage message, CancellationToken cancellationToken)
    {
        var request = (LdapOperation.ModifyRequest)message.Operation;
        return Writes.RunAsync(session, message, request.Dn, (dn, controls) => session.Tree.ModifyAsync(session.Requester, dn, request.Changes, controls));
    }
}
