using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using DirMail.Ldap;
using DirMail.Ldap.Tree;

namespace DirMail.Benchmarks;

/// <summary>LDIF of one hosted domain, many.test, below an initial tree.</summary>
internal static class HostingTree
{
    public const string Domain = "many.test";
    public const string Base = "o=many.test,o=hosting";

    public static InitialTree Initial { get; } = new("server-secret", "admin-secret");

    public static string Node { get; } = $"""
        dn: {Base}
        objectClass: organization
        objectClass: domainRelatedObject
        objectClass: inetDomain
        objectClass: mailDomain
        o: {Domain}
        associatedDomain: {Domain}

        dn: ou=People,{Base}
        objectClass: organizationalUnit
        ou: People


        """;

    public static IEnumerable<LdapAttribute> Person(string uid, string password) =>
    [
        new("objectClass", "inetOrgPerson", "inetUser", "inetMailUser", "inetLocalMailRecipient"), new("uid", uid), new("cn", $"User {uid}"), new("sn", "User"),
        new("mail", $"{uid}@{Domain}"), new("mailAlternateAddress", $"{uid}.alias@{Domain}"), new("mailDeliveryOption", "mailbox"), new("mailQuota", "200M"),
        new("inetUserStatus", "active"), new("mailUserStatus", "active"), new("userPassword", password),
    ];

    public static Dn PersonName(string uid) => Dn.Parse($"uid={uid},ou=People,{Base}");

    public static string Uid(int number) => string.Create(CultureInfo.InvariantCulture, $"u{number}");

    public static string People(int count, Func<int, string> password)
    {
        var text = new StringBuilder();
        for (int i = 0; i < count; i++)
        {
            text.Append("dn: ").Append(PersonName(Uid(i)).Text).Append('\n');
            foreach (LdapAttribute attribute in Person(Uid(i), password(i)))
                foreach (byte[] value in attribute.Values)
                    text.Append(attribute.Description).Append(": ").Append(Encoding.UTF8.GetString(value)).Append('\n');
            text.Append('\n');
        }
        return text.ToString();
    }

    /// <summary>As OpenLDAP's pw-pbkdf2 writes it, with 50,000 rounds.</summary>
    public static string Pbkdf2(string password)
    {
        byte[] salt = RandomNumberGenerator.GetBytes(16);
        byte[] hash = Rfc2898DeriveBytes.Pbkdf2(password, salt, 50_000, HashAlgorithmName.SHA512, 64);
        return $"{{PBKDF2-SHA512}}50000${Adapted(salt)}${Adapted(hash)}";
    }

    public static string Ssha(string password)
    {
        byte[] salt = RandomNumberGenerator.GetBytes(8);
        byte[] hash = SHA1.HashData([.. Encoding.UTF8.GetBytes(password), .. salt]);
        return "{SSHA}" + Convert.ToBase64String([.. hash, .. salt]);
    }

    private static string Adapted(byte[] octets) => Convert.ToBase64String(octets).TrimEnd('=').Replace('+', '.');
}
