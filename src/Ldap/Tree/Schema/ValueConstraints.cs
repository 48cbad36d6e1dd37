using System.Net;
using System.Net.Sockets;

namespace DirMail.Ldap.Tree.Schema;

/// <summary>
/// The value constraints and uniqueness rules that <c>schema/config.ldif</c> asks of OpenLDAP (slapo-constraint, slapo-unique), as a table:
/// a misspelt status would silently mean "inactive", and no two domains may own one address or one name.
/// </summary>
internal static class ValueConstraints
{
    private static readonly string[] s_inetStatus = ["active", "inactive", "deleted"];
    private static readonly string[] s_mailStatus = ["active", "inactive", "disabled", "deleted", "hold", "overquota", "removed"];

    private static readonly string[] s_addresses = ["mailDomainVirtualAddress", "mailUserVirtualAddress"];

    private static readonly Dictionary<string, Func<string, bool>> s_allowed = new(StringComparer.OrdinalIgnoreCase)
    {
        ["inetDomainStatus"] = s_inetStatus.Contains,
        ["inetUserStatus"] = s_inetStatus.Contains,
        ["mailDomainStatus"] = s_mailStatus.Contains,
        ["mailUserStatus"] = s_mailStatus.Contains,
        ["inetMailGroupStatus"] = value => value != "overquota" && s_mailStatus.Contains(value),
        ["mailDomainVirtualAddress"] = IsAddress,
        ["mailUserVirtualAddress"] = IsAddress,
    };

    /// <summary>Attribute and the class an entry must have for its values to count.</summary>
    public static IReadOnlyList<(string Attribute, string Class)> Unique { get; } =
    [
        ("mailDomainVirtualAddress", "dirMailDomain"),
        ("associatedDomain", "inetDomain"),
    ];

    public static bool Allows(AttributeType type, byte[] value) =>
        !s_allowed.TryGetValue(type.Name, out Func<string, bool>? allowed) || (NormalForm.Text(value) is string text && allowed(text));

    /// <summary>The form in which two values are the same for uniqueness, of a value in its normal form: two spellings of an IPv6 address are one address.</summary>
    public static string UniqueKey(AttributeType type, string normal) =>
        s_addresses.Contains(type.Name) && IPAddress.TryParse(normal, out IPAddress? address) ? address.ToString() : normal;

    private static bool IsAddress(string text) => IPAddress.TryParse(text, out IPAddress? address) && (address.AddressFamily switch
    {
        AddressFamily.InterNetwork => text.Count(c => c == '.') == 3,
        _ => !text.Contains('%') && !text.Contains('[') && !text.Contains('/'),
    });
}
