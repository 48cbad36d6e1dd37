using DirMail.Ldap.Client;

namespace DirMail.Ldap;

/// <summary>An LDAP URL (RFC 4516): what to search for, below which entry and how far. The attributes it may name are not kept.</summary>
/// <param name="Host">With its port, as given; "" for the directory at hand.</param>
public sealed record LdapUrl(string Host, Dn Base, LdapScope Scope, LdapFilter Filter)
{
    private const string Scheme = "ldap://";

    /// <summary>False with the reason when the text is no such URL, or has an extension that must not be ignored.</summary>
    public static bool TryParse(string text, out LdapUrl? url, out string error)
    {
        url = null;
        error = "no LDAP URL";
        if (!text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            return false;
        string[] parts = text[Scheme.Length..].Split('?');
        int slash = parts[0].IndexOf('/');
        if (parts.Length > 5 || (slash < 0 && parts.Length > 1))
            return false;
        string host = slash < 0 ? parts[0] : parts[0][..slash];
        if (!Dn.TryParse(Decoded(slash < 0 ? "" : parts[0][(slash + 1)..]), out Dn? from))
            error = "its base is no distinguished name";
        else if (ScopeOf(Part(parts, 2)) is not { } scope)
            error = $"'{Part(parts, 2)}' is none of base, one and sub";
        else if (!TryFilter(Decoded(Part(parts, 3)), out LdapFilter? filter, out string? fault))
            error = $"its filter cannot be read: {fault}";
        else if (Part(parts, 4).Split(',').Any(static extension => extension.StartsWith('!')))
            error = "it has an extension that must not be ignored";
        else
            url = new(host, from!, scope, filter!);
        return url is not null;
    }

    private static bool TryFilter(string text, out LdapFilter? filter, out string? error)
    {
        (filter, error) = (LdapFilter.Everything, null);
        return text.Length == 0 || LdapFilter.TryParse(text, out filter, out error);
    }

    private static LdapScope? ScopeOf(string text) => text.ToLowerInvariant() switch
    {
        "" or "base" => LdapScope.Base,
        "one" => LdapScope.OneLevel,
        "sub" => LdapScope.Subtree,
        _ => null,
    };

    private static string Part(string[] parts, int index) => index < parts.Length ? parts[index] : "";

    private static string Decoded(string text) => Uri.UnescapeDataString(text);
}
