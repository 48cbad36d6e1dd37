using System.Buffers.Binary;
using System.Globalization;
using DirMail.Ldap;
using DirMail.Mail;

namespace DirMail.Benchmarks;

/// <summary>
/// A directory of any size in the shape of ldif/example.ldif, the same at every run. The first domain has a tenth of all users, the others share the rest alike.
/// Entries come as a directory sends them: a domain's node, its postmaster group, its people.
/// </summary>
internal sealed class SyntheticDirectory(int domains, int users)
{
    public const string Root = "o=hosting";
    public const string MailHost = "mail.host.test";

    private static readonly string[] Given =
        ["anna", "ben", "clara", "david", "emma", "felix", "greta", "hannes", "ida", "jonas", "karla", "leo", "marie", "noah", "olga", "paul", "quirin", "rosa", "simon", "thea", "udo", "vera", "willi", "xenia"];

    private static readonly string[] Family =
        ["adler", "bauer", "conrad", "dietrich", "eberhardt", "fischer", "graf", "hoffmann", "ibsen", "jung", "koch", "lehmann", "maier", "neumann", "otto", "peters", "quandt", "richter", "schmidt", "thoma", "ulrich", "vogel", "wagner", "zimmermann"];

    private static readonly string[] Quotas = ["200M", "1G", "5G"];
    private static readonly string[] UserClasses = ["inetOrgPerson", "inetUser", "inetMailUser", "inetLocalMailRecipient"];

    public int Domains => domains;
    public int Users => users;

    public static string DomainName(int domain) => string.Create(CultureInfo.InvariantCulture, $"customer{domain:d5}.example");

    public static string DomainDn(int domain) => $"o={DomainName(domain)},{Root}";

    public static EntryId DomainId(int domain) => IdOf('D', domain, 0);

    public static EntryId UserId(int domain, int user) => IdOf('U', domain, user);

    /// <summary>Given name, family name, and a number once the names are used up.</summary>
    public static string Uid(int user)
    {
        int names = Given.Length * Family.Length;
        string name = $"{Given[user % Given.Length]}.{Family[user / Given.Length % Family.Length]}";
        return user < names ? name : string.Create(CultureInfo.InvariantCulture, $"{name}{user / names}");
    }

    public static bool HasAlias(int user) => user % 5 == 1;

    public static string Alias(int user) => string.Create(CultureInfo.InvariantCulture, $"a{user}");

    /// <summary>Domains numbered 3 modulo 10 take mail for anybody.</summary>
    public static bool HasCatchAll(int domain) => domain % 10 == 3;

    /// <summary>Domains numbered 7 modulo 100 are inactive.</summary>
    public static bool IsInactive(int domain) => domain % 100 == 7;

    public int UsersIn(int domain)
    {
        if (domains == 1)
            return users;
        int first = users / 10, rest = users - first, others = domains - 1;
        return domain == 0 ? first : (rest / others) + (domain <= rest % others ? 1 : 0);
    }

    public IEnumerable<SyntheticEntry> Entries()
    {
        for (int domain = 0; domain < domains; domain++)
        {
            yield return Node(domain, IsInactive(domain) ? "inactive" : "active");
            yield return Postmaster(domain);
            for (int user = 0; user < UsersIn(domain); user++)
                yield return User(domain, user);
        }
    }

    public static SyntheticEntry Node(int domain, string status)
    {
        string name = DomainName(domain), dn = DomainDn(domain);
        List<LdapAttribute> attributes =
        [
            new("objectClass", "organization", "domainRelatedObject", "inetDomain", "inetDomainAuthInfo", "inetDomainOrg", "mailDomain", "dirMailDomain"),
            new("o", name),
            domain % 4 == 0 ? new("associatedDomain", name, $"www.{name}") : new("associatedDomain", name),
            new("inetCanonicalDomainName", name),
            new("inetDomainBaseDN", dn),
            new("inetDomainStatus", "active"),
            new("mailDomainStatus", status),
            new("mailDomainAllowedServiceAccess", "+imap,imaps,pop,pops,smtp,smtps,http:ALL"),
            new("mailDomainDiskQuota", "4G"),
            new("mailDomainReportAddress", $"postmaster@{name}"),
            new("mailDomainPostmaster", $"postmaster@{name}"),
            new("mailDomainAdministrator", $"uid={Uid(0)},ou=People,{dn}"),
            new("preferredMailHost", MailHost),
            new("preferredLanguage", "en"),
            new("mailDomainVirtualAddress", string.Create(CultureInfo.InvariantCulture, $"127.{64 + (domain >> 16)}.{(domain >> 8) & 255}.{domain & 255}")),
            new("mailDomainVirtualHostName", $"mail.{name}"),
        ];
        if (HasCatchAll(domain))
            attributes.Add(new("mailDomainCatchallAddress", $"{Uid(0)}@{name}"));
        return new(DomainId(domain), dn, attributes);
    }

    public static SyntheticEntry Postmaster(int domain)
    {
        string name = DomainName(domain), dn = DomainDn(domain);
        return new(IdOf('P', domain, 0), $"cn=Postmaster,ou=Groups,{dn}",
        [
            new("objectClass", "groupOfUniqueNames", "inetMailGroup", "inetLocalMailRecipient", "inetMailGroupManagement"),
            new("cn", "Postmaster"),
            new("mail", $"postmaster@{name}"),
            new("mailAlternateAddress", $"abuse@{name}"),
            new("mailHost", MailHost),
            new("inetMailGroupStatus", "active"),
            new("mailDeliveryOption", "members"),
            new("mgmanHidden", "TRUE"),
            new("uniqueMember", $"uid={Uid(0)},ou=People,{dn}"),
        ]);
    }

    public static SyntheticEntry User(int domain, int user)
    {
        string name = DomainName(domain), uid = Uid(user);
        string given = uid[..uid.IndexOf('.')], family = uid[(given.Length + 1)..];
        List<LdapAttribute> attributes =
        [
            user % 1000 == 999 ? new("objectClass", [.. UserClasses, "dirMailUser"]) : new("objectClass", UserClasses),
            new("uid", uid),
            new("cn", $"{Capital(given)} {Capital(family)}"),
            new("sn", Capital(family)),
            new("mail", $"{uid}@{name}"),
            new("mailHost", MailHost),
            new("inetUserStatus", "active"),
            new("mailUserStatus", "active"),
            new("mailDeliveryOption", "mailbox"),
        ];
        if (user % 2 == 0)
            attributes.Add(new("mailQuota", Quotas[user / 2 % Quotas.Length]));
        if (HasAlias(user))
            attributes.Add(new("mailAlternateAddress", $"{Alias(user)}@{name}"));
        if (user % 1000 == 999)
            attributes.Add(new("mailUserVirtualAddress", string.Create(CultureInfo.InvariantCulture, $"127.{128 + (domain >> 14)}.{(domain >> 6) & 255}.{((domain & 63) << 2) | (user / 1000 & 3)}")));
        return new(UserId(domain, user), $"uid={uid},ou=People,{DomainDn(domain)}", attributes);
    }

    private static string Capital(string word) => char.ToUpperInvariant(word[0]) + word[1..];

    /// <summary>Looks like the ids of a directory that draws them: the same numbers always make the same id.</summary>
    private static EntryId IdOf(char kind, int domain, int number)
    {
        Span<byte> octets = stackalloc byte[16];
        ulong seed = ((ulong)kind << 56) | ((ulong)(uint)domain << 32) | (uint)number;
        BinaryPrimitives.WriteUInt64LittleEndian(octets, Scramble(seed));
        BinaryPrimitives.WriteUInt64LittleEndian(octets[8..], Scramble(~seed));
        return new(new Guid(octets));
    }

    private static ulong Scramble(ulong x)
    {
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }
}

internal readonly record struct SyntheticEntry(EntryId Id, string Dn, IReadOnlyList<LdapAttribute> Attributes)
{
    public LdapEntry ToLdap() => new(Ldap.Dn.Parse(Dn), Attributes);
}
