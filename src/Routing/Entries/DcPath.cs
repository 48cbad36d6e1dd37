using DirMail.Ldap;
using DirMail.Mail;
using DirMail.Routing.Table;

namespace DirMail.Routing.Entries;

/// <summary>Schema 1 (SCHEMA 3.1): the node dc=a,dc=b below the configured root is the domain a.b, whatever else it says.</summary>
internal static class DcPath
{
    private const string Component = "dc=";

    /// <summary>Null when the node lies elsewhere, or is named by anything but domain components.</summary>
    public static string? Name(Dn node, TableSettings settings)
    {
        string key = node.Normal;
        if (settings.Schema1Key is not { } root || key.Length <= root.Length || !DnKeys.IsWithin(key, root))
            return null;
        string[] parts = (root.Length == 0 ? key : key[..^(root.Length + 1)]).Split(',');
        if (!Array.TrueForAll(parts, part => part.StartsWith(Component, StringComparison.Ordinal)))
            return null;
        return MailAddress.TryDomainKey(string.Join('.', parts.Select(part => part[Component.Length..])), out string name) ? name : null;
    }
}
