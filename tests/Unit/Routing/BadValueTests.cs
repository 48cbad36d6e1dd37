using System.Text;
using DirMail.Ldap;
using DirMail.Mail;
using DirMail.Routing;
using FsCheck;
using FsCheck.Fluent;
using static DirMail.Unit.Routing.ExampleDirectory;

namespace DirMail.Unit.Routing;

/// <summary>Values that cannot be meant: each has its documented meaning (docs/schema.md, "Values that cannot be read"), is told, and hurts nobody else.</summary>
public class BadValueTests
{
    private const string Bcd = "o=bcd.com,o=hosting";
    private static readonly string Alice = UserDn("alice", "bcd.com");

    [Theory]
    [InlineData("127.1")]
    [InlineData("0177.0.0.1")]
    [InlineData("127.0.70.1:25")]
    [InlineData("127.0.70.1/24")]
    [InlineData("[::1]")]
    [InlineData("fe80::1%eth0")]
    [InlineData("0.0.0.0")]
    [InlineData("::")]
    [InlineData("::ffff:127.0.70.1")]
    [InlineData("224.0.0.1")]
    [InlineData("ff02::1")]
    [InlineData("not an address")]
    public void An_address_that_is_none_lets_the_domains_mail_wait(string value)
    {
        ExampleDirectory directory = Load();
        directory.Set(Bcd, "mailDomainVirtualAddress", value);
        directory.Set(Alice, "mailUserVirtualAddress");
        SenderIdentity identity = directory.Table.IdentityOf(directory.User("alice", "bcd.com"));
        Assert.Equal((directory.Domain("bcd.com").Id, null, null), (identity.Owner, identity.V4, identity.V6));
        Told(directory, Bcd, "mailDomainVirtualAddress");
    }

    [Theory]
    [InlineData(Bcd, "mailDomainSieveRuleSource")]
    [InlineData("uid=alice,ou=People,o=bcd.com,o=hosting", "mailSieveRuleSource")]
    [InlineData("cn=staff,ou=Groups,o=bcd.com,o=hosting", "mailSieveRuleSource")]
    public void A_faulty_script_is_told_with_line_and_reason_and_is_none(string dn, string attribute)
    {
        ExampleDirectory directory = Load();
        directory.Set(dn, attribute, "keep;\r\nfileinto \"A\";");
        Assert.Equal("line 2: fileinto: it needs require \"fileinto\"; the script counts as absent", Assert.Single(directory.Table.Problems, problem => problem.Dn == dn && problem.Attribute == attribute).Text);
        Assert.Null(directory.User("alice", "bcd.com").Settings.Script);
        Assert.Null(directory.Domain("bcd.com").Script);
        directory.Set(dn, attribute, "keep;");
        Assert.DoesNotContain(directory.Table.Problems, problem => problem.Attribute == attribute);
    }

    public static TheoryData<string> WithoutEffect => [.. new AttributeNames().NotInForce.Select(static none => none.Attribute)];

    [Theory]
    [MemberData(nameof(WithoutEffect))]
    public void What_has_no_effect_is_told_and_harms_nothing(string attribute)
    {
        ExampleDirectory directory = Load();
        string dn = attribute.StartsWith("mg", StringComparison.Ordinal) ? "cn=staff,ou=Groups,o=bcd.com,o=hosting" : Alice;
        directory.Set(dn, attribute, "storeAdmin");
        DirectoryProblem problem = Assert.Single(directory.Table.Problems, p => p.Dn == dn && p.Attribute == attribute);
        Assert.True(problem.IsWithoutEffect);
        Assert.StartsWith("has no effect in this version: ", problem.Text, StringComparison.Ordinal);
        Assert.StartsWith("250", ResolveTests.Answer(directory, "alice@bcd.com"));
    }

    [Theory]
    [InlineData("1024", 1024L)]
    [InlineData("2K", 2048L)]
    [InlineData("3m", 3L << 20)]
    [InlineData("1G", 1L << 30)]
    [InlineData("0", 0L)]
    [InlineData("-1", null)]
    [InlineData("-2", 5000L)]
    [InlineData(null, 5000L)]
    public void Quotas_have_units_and_two_words_of_their_own(string? value, long? octets)
    {
        ExampleDirectory directory = Load(ExampleDirectory.Settings with { QuotaOctets = 5000 });
        directory.Set(Alice, "mailQuota", value is null ? [] : [value]);
        Assert.Equal(octets, directory.User("alice", "bcd.com").QuotaOctets);
        Assert.DoesNotContain(directory.Table.Problems, p => p.Attribute == "mailQuota");
    }

    [Theory]
    [InlineData("much")]
    [InlineData("-3")]
    [InlineData("-1K")]
    [InlineData("1T")]
    [InlineData("1.5G")]
    [InlineData("99999999999999999999")]
    [InlineData("9999999999G")]
    [InlineData("K")]
    public void A_quota_that_is_none_is_as_if_missing(string value)
    {
        ExampleDirectory directory = Load(ExampleDirectory.Settings with { QuotaOctets = 5000 });
        directory.Set(Alice, "mailQuota", value);
        Assert.Equal(5000, directory.User("alice", "bcd.com").QuotaOctets);
        Told(directory, Alice, "mailQuota");
    }

    [Theory]
    [InlineData("mailDomainDiskQuota", "4G", 4L << 30)]
    [InlineData("mailDomainDiskQuota", "0", 0L)]
    [InlineData("mailDomainDiskQuota", "-1", null)]
    [InlineData("mailDomainDiskQuota", "-2", null)]
    [InlineData("mailDomainDiskQuota", "1T", null)]
    [InlineData("mailDomainMsgQuota", "7", 7L)]
    [InlineData("mailDomainMsgQuota", "7K", null)]
    [InlineData("mailDomainMsgQuota", "-5", null)]
    public void A_quota_of_a_domain_that_is_none_is_no_limit(string attribute, string value, long? limit)
    {
        ExampleDirectory directory = Load();
        directory.Set(Bcd, "mailDomainDiskQuota");
        directory.Set(Bcd, attribute, value);
        VirtualDomain domain = directory.Domain("bcd.com");
        Assert.Equal(limit, domain.QuotaOctets ?? domain.QuotaMessages);
        Assert.Equal(value is "1T" or "7K" or "-5", directory.Table.Problems.Any(p => p.Dn == Bcd && p.Attribute == attribute));
    }

    [Theory]
    [InlineData("3", true)]
    [InlineData("4", false)]
    [InlineData("many", true)]
    public void More_users_than_a_domain_may_have_are_served_and_told(string most, bool isTold)
    {
        ExampleDirectory directory = Load();
        directory.Set(Bcd, "domOrgMaxUsers", most);
        Assert.StartsWith("250", ResolveTests.Answer(directory, "alice@bcd.com"));
        Assert.Equal(isTold, directory.Table.Problems.Any(p => p is { Dn: Bcd, Attribute: "domOrgMaxUsers" }));
    }

    [Theory]
    [InlineData("4", "5000", 4096L)]
    [InlineData("4", "3000", 3000L)]
    [InlineData("x", "3000", 3000L)]
    [InlineData("4", "x", 4096L)]
    [InlineData("-1", "x", null)]
    [InlineData("9223372036854775807", "", 9223372036854774784L)]
    public void The_smaller_size_limit_of_a_group_holds(string blocks, string octets, long? limit)
    {
        ExampleDirectory directory = Load();
        directory.AddGroup("crew", "bcd.com", ("uniqueMember", Alice), ("mailMsgMaxBlocks", blocks), ("mgrpMsgMaxSize", octets));
        var accepted = (Resolution.Accepted)directory.Table.Resolve(Address("crew@bcd.com"));
        Assert.Equal(limit, ((Recipient.Group)accepted.Recipient).Entry.MaxMessageOctets);
    }

    [Fact]
    public void A_domain_name_that_is_none_leaves_the_others()
    {
        ExampleDirectory directory = Load();
        directory.Set(Bcd, "associatedDomain", "bcd.com", "not a name", "-x.test", "[127.0.0.1]", new string('a', 300));
        Assert.Equal("bcd.com", Assert.Single(directory.Domain("bcd.com").Names));
        Assert.Equal(4, directory.Table.Problems.Count(p => p is { Dn: Bcd, Attribute: "associatedDomain" }));
    }

    [Fact]
    public void Long_values_and_control_characters_are_told_in_short()
    {
        ExampleDirectory directory = Load();
        directory.Set(Alice, "mailAlternateAddress", new string('x', 10_000) + "@bcd.com", "a\r\nb\u001b@bcd.com");
        DirectoryProblem[] told = [.. directory.Table.Problems.Where(p => p.Dn == Alice && p.Attribute == "mailAlternateAddress")];
        Assert.Equal(2, told.Length);
        Assert.All(told, p => Assert.True(p.Text.Length < 200 && !p.Text.Any(char.IsControl), p.Text));
        Assert.StartsWith("250", ResolveTests.Answer(directory, "alice@bcd.com"));
    }

    [Fact]
    public void Thousands_of_values_cost_thousands_and_tell_little()
    {
        ExampleDirectory directory = Load();
        directory.Set(Alice, "mailAlternateAddress", [.. Enumerable.Range(0, 20_000).Select(i => $"alice{i}@bcd.com"), .. Enumerable.Range(0, 20_000).Select(i => $"bad {i}")]);
        Assert.StartsWith("250", ResolveTests.Answer(directory, "alice19999@bcd.net"));
        Assert.InRange(directory.Table.Problems.Count(p => p.Dn == Alice), 1, 25);
    }

    [Fact]
    public void Many_who_claim_one_address_are_told_in_short()
    {
        ExampleDirectory directory = Load();
        for (int i = 0; i < 300; i++)
            directory.AddUser($"u{i}", "bcd.com", ("mailAlternateAddress", "sales@bcd.com"));
        Assert.StartsWith("451 4.3.5", ResolveTests.Answer(directory, "sales@bcd.com"));
        DirectoryProblem[] told = [.. directory.Table.Problems.Where(p => p.Text.Contains("'sales'", StringComparison.Ordinal))];
        Assert.InRange(told.Length, 2, 10);
        Assert.All(told, p => Assert.InRange(p.Text.Length, 1, 500));
    }

    [Fact]
    public void Garbage_never_stops_the_table_nor_reaches_a_neighbour() => Prop.ForAll(Garbage(), entries =>
    {
        ExampleDirectory directory = Load();
        string before = Neighbours(directory), own = ResolveTests.Answer(directory, "carol@cde.com");
        foreach (LdapEntry entry in entries)
            directory.Push(entry);
        _ = directory.Table.Problems.Count;
        Assert.Equal(before, Neighbours(directory));
        foreach (LdapEntry entry in entries)
            directory.Remove(entry.Dn.Text);
        Assert.Equal(before, Neighbours(directory));
        Assert.Equal(own, ResolveTests.Answer(directory, "carol@cde.com"));
    }).QuickCheckThrowOnFailure();

    /// <summary>What abc.com and bcd.com answer, have and leave as.</summary>
    private static string Neighbours(ExampleDirectory directory) => string.Join('|',
        new[] { "alice@bcd.com", "sales@bcd.net", "bob@bcd.com", "staff@bcd.com", "nobody@bcd.com", "postmaster@bcd.com", "admin@abc.com", "x@victim.test" }
            .Select(address => ResolveTests.Answer(directory, address))
            .Append(string.Join(',', directory.Domain("bcd.com").VirtualAddresses))
            .Append(directory.Table.IdentityOf(directory.User("alice", "bcd.com")).ToString())
            .Append(directory.Table.MaySendAs(directory.User("alice", "bcd.com"), Address("sales@bcd.com")).ToString())
            .Append(string.Join(',', directory.Table.Domains.Select(d => d.Name))));

    /// <summary>Entries that the administrator of cde.com could write: any attribute, any octets, values taken from the neighbours among them.</summary>
    private static Arbitrary<LdapEntry[]> Garbage()
    {
        string[] classes = ["inetDomain", "inetMailUser", "inetMailGroup", "groupOfUniqueNames", "inetDomainAlias"];
        string[] words = ["bcd.com", "victim.test", "alice@bcd.com", "sales@bcd.net", "carol@cde.com", Bcd, Alice, "127.0.70.1", "127.0.70.11", "alice", "carol", "active", "hold", "forward",
            "-ALL:ALL", "+imap:x", "9999999999999999999999", "-1", "a@[127.0.70.1]", "", " ", "\u0000\u0007", "ldap:///o=bcd.com,o=hosting??sub?(uid=*)", "mailto:alice%40bcd.com", "20260801000000Z"];
        Gen<byte[]> value = Gen.OneOf(Gen.Elements(words).Select(Encoding.UTF8.GetBytes), Gen.ArrayOf(Gen.Choose(0, 255).Select(i => (byte)i)),
            Gen.Choose(1, 12_000).Select(n => Encoding.UTF8.GetBytes(new string('y', n) + "@cde.com")));
        Gen<LdapAttribute> attribute =
            from name in Gen.Elements(AttributeNames.Standard.ToArray())
            from values in Gen.NonEmptyListOf(value)
            select new LdapAttribute(name, (IReadOnlyList<byte[]>)[.. values]);
        Gen<LdapEntry> entry =
            from number in Gen.Choose(0, 6)
            from kinds in Gen.NonEmptyListOf(Gen.Elements(classes))
            from attributes in Gen.ListOf(attribute)
            select new LdapEntry(Dn.Parse($"cn=g{number},ou=People,o=cde.com,o=hosting"), [new LdapAttribute("objectClass", [.. kinds]), .. attributes]);
        return Gen.ArrayOf(entry).ToArbitrary();
    }

    [Theory]
    [InlineData("mgrpAddHeader", "X-A", "X-Good: 1")]
    [InlineData("mgrpAddHeader", "X-A: b\r\nBcc: x@xyz.test", "X-Good: 1")]
    [InlineData("mgrpAddHeader", "X-A: grün", "X-Good: 1")]
    [InlineData("mgrpAddHeader", "Received: from here", "X-Good: 1")]
    [InlineData("mgrpAddHeader", "From: boss@cde.com", "X-Good: 1")]
    [InlineData("mgrpRemoveHeader", "Content-Type", "-X-Good")]
    [InlineData("mgrpRemoveHeader", "X A", "-X-Good")]
    [InlineData("mgrpRemoveHeader", "Reply-To: x", "-X-Good")]
    public void A_field_that_a_group_may_not_change_is_left_and_the_others_are_changed(string attribute, string value, string changed)
    {
        ExampleDirectory directory = Load();
        directory.AddGroup("crew", "bcd.com", ("uniqueMember", Alice), (attribute, value), (attribute, "X-Good" + (attribute == "mgrpAddHeader" ? ": 1" : ":")));
        HeaderChanges changes = Assert.Single(Assert.Single(Expand(directory, "crew@bcd.com")).Changes);
        Assert.Equal(changed, string.Join(", ", changes.Removed.Select(static name => "-" + name).Concat(changes.Added.Select(static field => $"{field.Name}: {field.Value}"))));
        Told(directory, "cn=crew,ou=Groups,o=bcd.com,o=hosting", attribute);
    }

    /// <summary>What asks for what is so anyway is no problem.</summary>
    [Theory]
    [InlineData("mgrpNoDuplicateChecks", "true", true)]
    [InlineData("mgrpNoDuplicateChecks", "No", false)]
    [InlineData("mgmanJoinability", "all", true)]
    [InlineData("mgmanJoinability", "none", false)]
    [InlineData("mgmanMemberVisibility", "anyone", true)]
    [InlineData("mgmanMemberVisibility", "NONE", false)]
    [InlineData("mgmanIntroText", "Welcome", true)]
    [InlineData("mgmanHidden", "true", false)]
    public void What_has_no_effect_is_told_where_it_would_have_one(string attribute, string value, bool isTold)
    {
        ExampleDirectory directory = Load();
        directory.AddGroup("crew", "bcd.com", ("uniqueMember", Alice), (attribute, value));
        Assert.Equal(isTold, directory.Table.Problems.Any(problem => problem.Attribute == attribute && problem.IsWithoutEffect));
    }

    [Fact]
    public void Of_a_field_that_a_message_has_once_a_group_puts_in_one()
    {
        ExampleDirectory directory = Load();
        directory.AddGroup("crew", "bcd.com", ("uniqueMember", Alice), ("mgrpAddHeader", "Reply-To: a@bcd.com"), ("mgrpAddHeader", "reply-to: b@bcd.com"), ("mgrpAddHeader", "X-A: 1"), ("mgrpAddHeader", "X-A: 2"));
        Assert.Equal(["1", "2"], Assert.Single(Assert.Single(Expand(directory, "crew@bcd.com")).Changes).Added.Select(static field => field.Value));
        Told(directory, "cn=crew,ou=Groups,o=bcd.com,o=hosting", "mgrpAddHeader");
    }

    [Fact]
    public void What_a_group_puts_in_has_an_end()
    {
        ExampleDirectory directory = Load();
        directory.AddGroup("many", "bcd.com", [("uniqueMember", Alice), .. Enumerable.Range(0, 200).Select(static i => ("mgrpAddHeader", $"X-{i}: x"))]);
        directory.AddGroup("long", "bcd.com", [("uniqueMember", Alice), .. Enumerable.Range(0, 20).Select(static i => ("mgrpAddHeader", $"X-{i}: " + new string('x', 900)))]);
        Assert.Equal(50, Assert.Single(Assert.Single(Expand(directory, "many@bcd.com")).Changes).Added.Length);
        Assert.Equal(9, Assert.Single(Assert.Single(Expand(directory, "long@bcd.com")).Changes).Added.Length);
        Told(directory, "cn=many,ou=Groups,o=bcd.com,o=hosting", "mgrpAddHeader");
        Told(directory, "cn=long,ou=Groups,o=bcd.com,o=hosting", "mgrpAddHeader");
    }

    private static IEnumerable<Hop> Expand(ExampleDirectory directory, string address) =>
        directory.Table.Expand(MailAddress.Parse(address), Assert.IsType<Resolution.Accepted>(directory.Table.Resolve(MailAddress.Parse(address))));

    private static void Told(ExampleDirectory directory, string dn, string attribute) => Assert.Contains(directory.Table.Problems, p => p.Dn == dn && p.Attribute == attribute);
}
