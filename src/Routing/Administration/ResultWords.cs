using System.Text;
using DirMail.Ldap;

namespace DirMail.Routing;

/// <summary>A directory's refusal in words: what was tried on which entry, the result's name, the directory's own text, and what to do where that is known.</summary>
internal static class ResultWords
{
    /// <param name="attempt">As in "to add".</param>
    public static string Refused(this LdapResult result, string attempt, Dn dn) => $"the directory refused {attempt} {dn}: {result.InWords()}";

    public static string InWords(this LdapResult result)
    {
        string text = Name(result.Code);
        if (result.Message.Length > 0)
            text += $" ({result.Message})";
        return Advice(result.Code) is { } advice ? $"{text}: {advice}" : text;
    }

    private static string? Advice(LdapResultCode code) => code switch
    {
        LdapResultCode.InsufficientAccessRights => "your login may not do this here; a site administrator may (--bind-dn)",
        LdapResultCode.NoSuchObject => "it is not there, or not yours to see",
        LdapResultCode.InvalidCredentials => "wrong name or password",
        LdapResultCode.ConfidentialityRequired or LdapResultCode.StrongerAuthRequired => "the directory wants TLS: use an ldaps:// URL, or set directory.startTls",
        LdapResultCode.SizeLimitExceeded or LdapResultCode.AdminLimitExceeded => "your login is given no more entries than this; the service account (directory.bindDn) is given all",
        LdapResultCode.Busy or LdapResultCode.Unavailable => "try again later",
        _ => null,
    };

    /// <summary>"insufficient access rights" of InsufficientAccessRights; a number stays one.</summary>
    private static string Name(LdapResultCode code)
    {
        var words = new StringBuilder();
        foreach (char c in code.ToString())
            (char.IsAsciiLetterUpper(c) && words.Length > 0 ? words.Append(' ') : words).Append(char.ToLowerInvariant(c));
        return char.IsAsciiDigit(words[0]) ? $"result {words}" : words.ToString();
    }
}
