using System.Net;
using DirMail.Mail;
using DirMail.Routing;
using static DirMail.Unit.Routing.ExampleDirectory;

namespace DirMail.Unit.Routing;

/// <summary>What an entry may not reach, and entries that contradict each other: in force for nobody, told, and mended by taking the cause away.</summary>
public class TrespassTests
{
    private const string Bcd = "o=bcd.com,o=hosting";
    private static readonly string Alice = UserDn("alice", "bcd.com");

    [Fact]
    public void An_address_outside_the_domain_is_ignored()
    {
        ExampleDirectory directory = Load();
        directory.Set(Alice, "mailAlternateAddress", "boss@cde.com", "not an address", "a.able@bcd.com");
        Assert.StartsWith("550 5.1.1", ResolveTests.Answer(directory, "boss@cde.com"));
        Assert.StartsWith("250", ResolveTests.Answer(directory, "a.able@bcd.com"));
        Told(directory, Alice, "boss@cde.com");
        Told(directory, Alice, "not an address");
    }

    [Fact]
    public void Two_entries_with_one_address_have_it_neither()
    {
        ExampleDirectory directory = Load();
        directory.Set(UserDn("bob", "bcd.com"), "mailAlternateAddress", "sales@bcd.net");
        Assert.StartsWith("451 4.3.5", ResolveTests.Answer(directory, "sales@bcd.com"));
        Assert.StartsWith("250", ResolveTests.Answer(directory, "bob@bcd.com"));
        Told(directory, Alice, "'sales'");
        Told(directory, UserDn("bob", "bcd.com"), "'sales'");
        Assert.False(directory.Table.MaySendAs(directory.User("alice", "bcd.com"), Address("sales@bcd.com")));

        directory.Set(UserDn("bob", "bcd.com"), "mailAlternateAddress");
        Assert.StartsWith("250", ResolveTests.Answer(directory, "sales@bcd.com"));
        NotTold(directory, "'sales'");
    }

    [Fact]
    public void Two_entries_with_one_uid_cannot_log_in()
    {
        ExampleDirectory directory = Load();
        directory.Add("cn=other,ou=People,o=bcd.com,o=hosting", ("objectClass", "inetMailUser"), ("uid", "ALICE"), ("mail", "other@bcd.com"));
        Assert.Null(directory.Table.FindUser(directory.Domain("bcd.com"), "alice"));
        directory.Remove("cn=other,ou=People,o=bcd.com,o=hosting");
        Assert.NotNull(directory.Table.FindUser(directory.Domain("bcd.com"), "alice"));
    }

    [Fact]
    public void Two_domains_with_one_name_have_it_neither()
    {
        ExampleDirectory directory = Load();
        directory.AddDomain("thief.test", ("associatedDomain", "bcd.com"));
        Assert.StartsWith("451 4.3.5", ResolveTests.Answer(directory, "alice@bcd.com"));
        Assert.StartsWith("250", ResolveTests.Answer(directory, "alice@bcd.net"));
        Assert.Null(directory.Table.FindDomain("bcd.com"));
        Told(directory, Bcd, "'bcd.com'");
        directory.Remove("o=thief.test,o=hosting");
        Assert.StartsWith("250", ResolveTests.Answer(directory, "alice@bcd.com"));
    }

    [Fact]
    public void Two_domains_with_one_base_answer_451()
    {
        ExampleDirectory directory = Load();
        directory.AddDomain("thief.test", ("inetDomainBaseDN", Bcd));
        Assert.StartsWith("451 4.3.5", ResolveTests.Answer(directory, "alice@bcd.com"));
        Assert.StartsWith("451 4.3.5", ResolveTests.Answer(directory, "alice@thief.test"));
        directory.Remove("o=thief.test,o=hosting");
        Assert.StartsWith("250", ResolveTests.Answer(directory, "alice@bcd.com"));
        Assert.Equal("bcd.com", directory.Table.FindDomain(directory.User("alice", "bcd.com").Domain)!.Name);
    }

    [Fact]
    public void A_domain_below_a_domain_is_none()
    {
        ExampleDirectory directory = Load();
        directory.Add("o=evil,ou=People," + Bcd, ("objectClass", "inetDomain"), ("associatedDomain", "victim.test"), ("mailDomainVirtualAddress", "127.0.70.9"));
        Assert.IsType<Resolution.NotHosted>(directory.Table.Resolve(Address("a@victim.test")));
        Assert.Null(directory.Table.DomainAt(IPAddress.Parse("127.0.70.9")));
        Assert.Equal(3, directory.Table.Domains.Count);
        Told(directory, "o=evil,ou=People," + Bcd, "below the domain node");

        directory.Remove(Bcd);
        Assert.NotNull(directory.Table.FindDomain("victim.test"));
        Assert.NotNull(directory.Table.DomainAt(IPAddress.Parse("127.0.70.9")));
    }

    [Fact]
    public void A_virtual_address_stays_with_who_had_it_first()
    {
        ExampleDirectory directory = Load();
        IPAddress ip = IPAddress.Parse("127.0.70.1");
        directory.AddDomain("late.test", ("mailDomainVirtualAddress", "127.0.70.1"));
        Assert.Equal("bcd.com", directory.Table.DomainAt(ip)!.Name);
        Assert.Empty(directory.Domain("late.test").VirtualAddresses);
        Told(directory, "o=late.test,o=hosting", "127.0.70.1");

        directory.Set(Bcd, "mailDomainStatus", "inactive");
        directory.Set(Bcd, "associatedDomain", "bcd.com", "bcd.org");
        directory.Reload();
        Assert.Equal("bcd.com", directory.Table.DomainAt(ip)!.Name);

        directory.Set(Bcd, "mailDomainVirtualAddress", "127.0.70.8");
        Assert.Equal("late.test", directory.Table.DomainAt(ip)!.Name);
        Assert.Equal(ip, Assert.Single(directory.Domain("late.test").VirtualAddresses));
        NotTold(directory, "127.0.70.1 belongs");
    }

    [Fact]
    public void A_user_may_share_an_address_in_the_domain_but_not_take_a_neighbours()
    {
        ExampleDirectory directory = Load();
        directory.Set(UserDn("bob", "bcd.com"), "mailUserVirtualAddress", "127.0.70.11");
        Assert.Equal("127.0.70.11", Assert.Single(directory.User("bob", "bcd.com").VirtualAddresses).ToString());
        directory.Set(UserDn("carol", "cde.com"), "mailUserVirtualAddress", "127.0.70.1");
        Assert.Empty(directory.User("carol", "cde.com").VirtualAddresses);
        Assert.Equal("bcd.com", directory.Table.DomainAt(IPAddress.Parse("127.0.70.1"))!.Name);

        directory.Remove(Bcd);
        Assert.Equal("cde.com", directory.Table.DomainAt(IPAddress.Parse("127.0.70.1"))!.Name);
        Assert.Equal("127.0.70.1", Assert.Single(directory.User("carol", "cde.com").VirtualAddresses).ToString());
    }

    [Fact]
    public void A_report_address_lies_in_the_domain()
    {
        ExampleDirectory directory = Load();
        directory.Set(Bcd, "mailDomainReportAddress", "postmaster@cde.com");
        Assert.Equal("postmaster@bcd.com", directory.Domain("bcd.com").ReportAddress.ToString());
        Told(directory, Bcd, "postmaster@cde.com");
    }

    [Fact]
    public void A_routing_address_takes_no_literal()
    {
        ExampleDirectory directory = Load();
        directory.Set(Alice, "mailRoutingAddress", "a@[192.0.2.1]");
        Assert.StartsWith("451 4.3.5", ResolveTests.Answer(directory, "alice@bcd.com"));
        directory.Set(Alice, "mailRoutingAddress", "a@xyz.test");
        Assert.StartsWith("250", ResolveTests.Answer(directory, "alice@bcd.com"));
    }

    [Fact]
    public void A_domain_that_goes_takes_its_people_along_and_brings_them_back()
    {
        ExampleDirectory directory = Load();
        EntryId alice = directory.User("alice", "bcd.com").Id;
        directory.Remove(Bcd);
        Assert.IsType<Resolution.NotHosted>(directory.Table.Resolve(Address("alice@bcd.com")));
        Assert.Null(directory.Table.FindUser(alice));
        Assert.Contains(alice, directory.LastChange!.Users);
        directory.AddDomain("bcd.com");
        Assert.StartsWith("250", ResolveTests.Answer(directory, "alice@bcd.com"));
        Assert.NotNull(directory.Table.FindUser(alice));
    }

    [Fact]
    public void New_names_of_a_domain_bring_addresses_into_force()
    {
        ExampleDirectory directory = Load();
        directory.Set(Alice, "mailAlternateAddress", "alice@bcd.org", "al@bcd.com");
        Assert.IsType<Resolution.NotHosted>(directory.Table.Resolve(Address("alice@bcd.org")));
        directory.Set(Bcd, "associatedDomain", "bcd.com", "bcd.org");
        Assert.StartsWith("250", ResolveTests.Answer(directory, "al@bcd.org"));
        Assert.IsType<Resolution.NotHosted>(directory.Table.Resolve(Address("alice@bcd.net")));
        NotTold(directory, "alice@bcd.org");
    }

    [Fact]
    public void An_entry_that_moves_keeps_its_id_and_changes_its_domain()
    {
        ExampleDirectory directory = Load();
        EntryId carol = directory.User("carol", "cde.com").Id;
        directory.Move(UserDn("carol", "cde.com"), UserDn("carol", "bcd.com"));
        Assert.Equal("bcd.com", directory.Table.FindDomain(directory.Table.FindUser(carol)!.Domain)!.Name);
        Assert.StartsWith("550 5.1.1", ResolveTests.Answer(directory, "carol@cde.com"));
    }

    [Fact]
    public void Tables_before_stay_as_they_were()
    {
        ExampleDirectory directory = Load();
        RoutingTable before = directory.Table;
        directory.Remove(Bcd);
        directory.AddUser("dora", "cde.com");
        Assert.IsType<Resolution.Accepted>(before.Resolve(Address("alice@bcd.com")));
        Assert.Null(before.FindUser(before.FindDomain("cde.com")!, "dora"));
        Assert.Equal(9, before.UserCount);
    }

    private static void Told(ExampleDirectory directory, string dn, string text) =>
        Assert.Contains(directory.Table.Problems, p => p.Dn == dn && p.Text.Contains(text, StringComparison.Ordinal));

    private static void NotTold(ExampleDirectory directory, string text) =>
        Assert.DoesNotContain(directory.Table.Problems, p => p.Text.Contains(text, StringComparison.Ordinal));
}
