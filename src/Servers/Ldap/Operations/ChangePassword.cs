using DirMail.Ldap;
using DirMail.Ldap.Codec;
using DirMail.Ldap.Tree;

namespace DirMail.Servers.Ldap.Operations;

/// <summary>The password modify operation (RFC 3062).</summary>
internal static class ChangePassword
{
    private const string NamePrefix = "dn:";

    public static async Task<LdapOperation?> RunAsync(LdapListenerSession session, LdapMessage message, CancellationToken cancellationToken)
    {
        if (PasswordModify.Read((LdapOperation.ExtendedRequest)message.Operation) is not { } request)
            return Refuse(new LdapResult(LdapResultCode.ProtocolError, "", "a malformed password modify request"));
        if (session.Requester.Name is not { } requester)
            return Refuse(new LdapResult(LdapResultCode.StrongerAuthRequired, "", "bind first"));
        Dn? user = requester;
        if (request.User is not null && !Dn.TryParse(request.User.StartsWith(NamePrefix, StringComparison.OrdinalIgnoreCase) ? request.User[NamePrefix.Length..] : request.User, out user))
            return Refuse(Responses.BadName(request.User));
        var change = new PasswordChange(user!, request.OldPassword, request.NewPassword);
        (LdapResult result, byte[]? made) = await session.Tree.ChangePasswordAsync(session.Requester, change, cancellationToken);
        return new LdapOperation.ExtendedResponse(result, null, made is null ? null : PasswordModify.Made(made));
    }

    private static LdapOperation.ExtendedResponse Refuse(LdapResult result) => new(result);
}
