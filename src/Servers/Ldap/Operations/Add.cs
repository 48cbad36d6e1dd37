using DirMail.Ldap.Codec;

namespace DirMail.Servers.Ldap.Operations;

/// <summary>RFC 4511 4.7.</summary>
internal static class Add
{
    public static Task<LdapOperation?> RunAsync(LdapListenerSession session, LdapMessage message, CancellationToken cancellationToken)
    {
        var request = (LdapOperation.AddRequest)message.Operation;
        return Writes.RunAsync(session, message, request.Dn, (dn, controls) => session.Tree.AddAsync(session.Requester, dn, request.Attributes, controls));
    }
}
