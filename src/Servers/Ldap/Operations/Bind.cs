using DirMail.Ldap;
using DirMail.Ldap.Codec;
using DirMail.Ldap.Tree.Access;

namespace DirMail.Servers.Ldap.Operations;

/// <summary>Simple bind (RFC 4513 5.1). Whatever goes wrong leaves the connection anonymous.</summary>
internal static class Bind
{
    public static async Task<LdapOperation?> RunAsync(LdapListenerSession session, LdapMessage message, CancellationToken cancellationToken)
    {
        var request = (LdapOperation.BindRequest)message.Operation;
        session.Requester = Requester.Anonymous;
        return new LdapOperation.BindResponse(await RunAsync(session, request, cancellationToken));
    }

    private static async Task<LdapResult> RunAsync(LdapListenerSession session, LdapOperation.BindRequest request, CancellationToken cancellationToken)
    {
        if (request.Version != 3)
            return new LdapResult(LdapResultCode.ProtocolError, "", "LDAP version 3 only");
        if (request.Credentials is not LdapCredentials.Simple { Password: byte[] password })
            return new LdapResult(LdapResultCode.AuthMethodNotSupported, "", "simple bind only");
        if (request.Name.Length == 0)
            return password.Length == 0 ? LdapResult.Success : new LdapResult(LdapResultCode.InvalidCredentials);
        if (password.Length == 0)
            return new LdapResult(LdapResultCode.UnwillingToPerform, "", "unauthenticated bind (DN with no password) disallowed");
        if (!session.Connection.MaySendPassword(session.Settings.PlainLogin))
            return new LdapResult(LdapResultCode.ConfidentialityRequired, "", "a password is taken under TLS only");
        if (!Dn.TryParse(request.Name, out Dn? name))
            return Responses.BadName(request.Name);
        if (!await session.Tree.CheckPasswordAsync(name!, password, cancellationToken))
            return new LdapResult(LdapResultCode.InvalidCredentials);
        session.Requester = Requester.Bound(name!);
        return LdapResult.Success;
    }
}
