using DirMail.Ldap;
using DirMail.Ldap.Codec;

namespace DirMail.Servers.Ldap;

/// <summary>The response that belongs to each request (RFC 4511 4.2 to 4.12).</summary>
internal static class Responses
{
    public static LdapOperation To(LdapOperation request, LdapResult result) => request switch
    {
        LdapOperation.BindRequest => new LdapOperation.BindResponse(result),
        LdapOperation.SearchRequest => new LdapOperation.SearchResultDone(result),
        LdapOperation.ModifyRequest => new LdapOperation.ModifyResponse(result),
        LdapOperation.AddRequest => new LdapOperation.AddResponse(result),
        LdapOperation.DeleteRequest => new LdapOperation.DeleteResponse(result),
        LdapOperation.ModifyDnRequest => new LdapOperation.ModifyDnResponse(result),
        LdapOperation.CompareRequest => new LdapOperation.CompareResponse(result),
        _ => new LdapOperation.ExtendedResponse(result),
    };

    public static LdapResult BadName(string name) => new(LdapResultCode.InvalidDnSyntax, "", $"'{(name.Length <= 100 ? name : name[..100])}' is not a distinguished name");
}
