using DirMail.Ldap;

namespace DirMail.Routing.Following;

internal static class ResultText
{
    /// <summary>Code, the server's own words, and where it refers to: we follow no referral.</summary>
    public static string Describe(this LdapResult result)
    {
        string text = result.Message.Length == 0 ? result.Code.ToString() : $"{result.Code} ({result.Message})";
        return result.Referrals.Count == 0 ? text : $"{text}, refers to {string.Join(' ', result.Referrals)}";
    }
}
