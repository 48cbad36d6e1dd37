using System.Text;
using DirMail.Ldap;
using DirMail.Ldap.Client;
using DirMail.Ldap.Tree;
using DirMail.Ldap.Tree.Access;

namespace DirMail.Unit.Ldap.Tree;

/// <summary>The example directory in memory, and short words for what tests do with it.</summary>
internal static class Example
{
    public const string Root = "o=hosting";
    public const string Bcd = "o=bcd.com,o=hosting";
    public const string Cde = "o=cde.com,o=hosting";
    public const string Alice = "uid=alice,ou=People,o=bcd.com,o=hosting";
    public const string Bob = "uid=bob,ou=People,o=bcd.com,o=hosting";
    public const string Carol = "uid=carol,ou=People,o=cde.com,o=hosting";

    public static string Repository { get; } = Architecture.Checkout.Root;

    public static string LdifFile => Path.Combine(Repository, "ldif", "example.ldif");

    public static Requester Site { get; } = As("uid=siteadmin,ou=Services,o=hosting");
    public static Requester MailServer { get; } = As("uid=dirmail,ou=Services,o=hosting");

    public static async Task<DirectoryTree> TreeAsync()
    {
        DirectoryTree tree = DirectoryTree.InMemory(TimeProvider.System);
        await FillAsync(tree);
        return tree;
    }

    public static async Task FillAsync(DirectoryTree tree)
    {
        using var file = new StreamReader(LdifFile);
        LoadOutcome outcome = await tree.LoadAsync(file, LdifFile, CancellationToken.None);
        Assert.Equal(new LoadOutcome.Loaded(34), outcome);
    }

    public static Requester As(string name) => Requester.Bound(Dn.Parse(name));

    public static Requester Who(string word) => word switch
    {
        "anonymous" => Requester.Anonymous,
        "site" => Site,
        "server" => MailServer,
        "postmaster" => As("uid=postmaster,ou=People,o=abc.com,o=hosting"),
        "bcd" => As("uid=admin,ou=People,o=bcd.com,o=hosting"),
        "cde" => As("uid=admin,ou=People,o=cde.com,o=hosting"),
        "alice" => As(Alice),
        _ => throw new ArgumentException(word),
    };

    public static LdapChange Replace(string attribute, params string[] values) => new(LdapChangeKind.Replace, new LdapAttribute(attribute, values));
    public static LdapChange Add(string attribute, params string[] values) => new(LdapChangeKind.Add, new LdapAttribute(attribute, values));
    public static LdapChange Delete(string attribute, params string[] values) => new(LdapChangeKind.Delete, new LdapAttribute(attribute, values));

    public static async Task<LdapResultCode> ModifyAsync(this DirectoryTree tree, Requester who, string dn, params LdapChange[] changes) =>
        (await tree.ModifyAsync(who, Dn.Parse(dn), changes)).Code;

    public static IReadOnlyList<LdapAttribute> Person(string uid, params LdapAttribute[] more) =>
        [new("objectClass", "inetOrgPerson", "inetUser", "inetMailUser", "inetLocalMailRecipient", "dirMailUser"), new("uid", uid), new("cn", uid), new("sn", uid), .. more];

    public static List<LdapEntry> Find(this DirectoryTree tree, Requester who, string filter, string under = Root, params string[] attributes)
    {
        Assert.True(LdapFilter.TryParse(filter, out LdapFilter? parsed, out string? error), error);
        var search = new LdapSearch(Dn.Parse(under), LdapScope.Subtree, parsed!) { Attributes = attributes };
        return [.. tree.Search(who, search).OfType<LdapSearchItem.Found>().Select(f => f.Entry)];
    }

    /// <summary>Everything a tree holds, for comparing two.</summary>
    public static string Dump(this DirectoryTree tree)
    {
        var text = new StringBuilder();
        foreach (LdapEntry entry in tree.Find(Requester.Program, "(objectClass=*)", Root, "*", "+"))
        {
            text.AppendLine(entry.Dn.Text);
            foreach (LdapAttribute attribute in entry.Attributes.OrderBy(a => a.Description, StringComparer.Ordinal))
                text.Append(attribute.Description).Append(": ").AppendJoin(" | ", attribute.Values.Select(Encoding.UTF8.GetString)).AppendLine();
        }
        return text.ToString();
    }
}
