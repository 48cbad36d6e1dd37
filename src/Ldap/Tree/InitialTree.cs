using DirMail.Ldap.Ldif;

namespace DirMail.Ldap.Tree;

/// <summary>
/// A hosting tree without domains: the root, ou=Services with the mail server's account (uid=dirmail) and the site administrator's (uid=siteadmin), and the two
/// groups that the access rules ask for. The passwords are stored hashed.
/// </summary>
public sealed record InitialTree(string ServerPassword, string AdministratorPassword)
{
    /// <summary>The naming context: one RDN of type o, ou or dc.</summary>
    public Dn Root { get; init; } = Dn.Parse("o=hosting");

    public Dn Server => Services.Child("uid", "dirmail");
    public Dn Administrator => Services.Child("uid", "siteadmin");
    private Dn Services => Root.Child("ou", "Services");

    internal IReadOnlyList<LdifRecord> Records() =>
    [
        Entry(Root, RootClass, Root.FirstRdn.Type),
        Entry(Services, "organizationalUnit", "ou"),
        Entry(Server, "account", "uid",
            new LdapAttribute("objectClass", "simpleSecurityObject"),
            new LdapAttribute("description", "the mail server binds as this account; it reads all but passwords"),
            new LdapAttribute("userPassword", ServerPassword)),
        Entry(Administrator, "inetOrgPerson", "uid",
            new LdapAttribute("objectClass", "inetAdmin"),
            new LdapAttribute("cn", "Site Administrator"), new LdapAttribute("sn", "Administrator"), new LdapAttribute("adminRole", "site"),
            new LdapAttribute("userPassword", AdministratorPassword)),
        Group("Site Administrators"),
        Group("Site Postmasters"),
    ];

    private string RootClass => Root.FirstRdn.Type.ToLowerInvariant() switch
    {
        "o" => "organization",
        "ou" => "organizationalUnit",
        "dc" => "domain",
        string other => throw new ArgumentException($"the root of the tree must be an o, ou or dc, not {other}"),
    };

    private LdifRecord.Content Group(string name) =>
        Entry(Services.Child("cn", name), "groupOfUniqueNames", "cn", new LdapAttribute("uniqueMember", Administrator.Text));

    private static LdifRecord.Content Entry(Dn dn, string objectClass, string namingType, params LdapAttribute[] attributes) =>
        new(dn, [new LdapAttribute("objectClass", objectClass), new LdapAttribute(namingType, dn.FirstRdn.Value), .. attributes]);
}
