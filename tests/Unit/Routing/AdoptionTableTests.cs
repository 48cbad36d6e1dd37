using System.Net;
using DirMail.Ldap;
using DirMail.Mail;
using DirMail.Routing;
using DirMail.Routing.Table;
using static DirMail.Unit.Routing.ExampleDirectory;

namespace DirMail.Unit.Routing;

/// <summary>Who comes under the name of an entry that is gone waits; who is moved or renamed does not.</summary>
public class AdoptionTableTests
{
    private const string Bcd = "o=bcd.com,o=hosting";
    private static readonly string Carol = UserDn("carol", "cde.com");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_replaced_entry_waits_until_it_is_settled(bool inRefresh)
    {
        ExampleDirectory directory = Load();
        EntryId id = inRefresh ? directory.ReplaceInRefresh(Carol) : directory.Replace(Carol);
        Assert.StartsWith("451 4.3.5", ResolveTests.Answer(directory, "carol@cde.com"));
        Assert.True(((Resolution.Refused)directory.Table.Resolve(Address("carol@cde.com"))).WaitsHere(isFromOwnUser: true));
        Assert.Equal(IdOf(Carol), directory.Table.NotAdopted[id]);
        Assert.Equal(Responses.AccountNotAdopted, AccessRules.Check(directory.Table, id, directory.Domain("cde.com").Id, new(MailService.Imap, true, IPAddress.Loopback)));
        Assert.Contains(directory.Table.Problems, p => p.Dn == Carol && p.Text.Contains("dirmail account adopt carol@cde.com", StringComparison.Ordinal));
        Assert.StartsWith("250", ResolveTests.Answer(directory, "alice@bcd.com"));

        directory.Live.Settled(id);
        Assert.StartsWith("250", ResolveTests.Answer(directory, "carol@cde.com"));
        Assert.Contains(id, directory.LastChange!.Users);
        Assert.DoesNotContain(directory.Table.Problems, p => p.Attribute == "entryUUID");
    }

    [Fact]
    public void A_group_made_anew_waits_for_its_folder_and_one_without_sends_on()
    {
        ExampleDirectory directory = Load();
        directory.AddGroup("crew", "bcd.com", ("mailDeliveryOption", "shared"));
        directory.AddGroup("list", "bcd.com", ("mgrpRFC822MailMember", "bob@bcd.com"));
        const string crew = "cn=crew,ou=Groups,o=bcd.com,o=hosting", list = "cn=list,ou=Groups,o=bcd.com,o=hosting";
        EntryId former = directory.Table.FindGroup(directory.Domain("bcd.com"), Address("crew@bcd.com"))!.Id, heir = directory.Replace(crew);
        directory.Replace(list);
        Assert.Equal(former, directory.Table.NotAdopted[heir]);
        Assert.StartsWith("451 4.3.5", ResolveTests.Answer(directory, "crew@bcd.com"));
        Assert.StartsWith("250", ResolveTests.Answer(directory, "list@bcd.com"));
        Assert.Contains(directory.Table.Problems, p => p.Dn == crew && p.Text.Contains("dirmail account adopt crew@bcd.com", StringComparison.Ordinal));
        directory.Live.Settled(heir);
        Assert.StartsWith("250", ResolveTests.Answer(directory, "crew@bcd.com"));
    }

    [Fact]
    public void A_user_is_no_successor_of_a_group_nor_the_other_way_round()
    {
        ExampleDirectory directory = Load();
        directory.AddGroup("crew", "bcd.com", ("mailDeliveryOption", "shared"));
        directory.Remove("cn=crew,ou=Groups,o=bcd.com,o=hosting");
        directory.AddUser("crew", "bcd.com");
        Assert.StartsWith("250", ResolveTests.Answer(directory, "crew@bcd.com"));
        directory.Remove(Carol);
        directory.AddGroup("carol", "cde.com", ("mailDeliveryOption", "shared"));
        Assert.StartsWith("250", ResolveTests.Answer(directory, "carol@cde.com"));
        Assert.Empty(directory.Table.NotAdopted);
    }

    [Fact]
    public void The_same_entry_may_go_and_come_back()
    {
        ExampleDirectory directory = Load();
        LdapEntry entry = directory.Entry(Carol);
        directory.Remove(Carol);
        directory.Push(entry);
        Assert.StartsWith("250", ResolveTests.Answer(directory, "carol@cde.com"));
    }

    [Fact]
    public void Who_was_renamed_or_moved_leaves_the_name_free()
    {
        ExampleDirectory directory = Load();
        LdapEntry entry = directory.Entry(Carol);
        directory.Move(Carol, UserDn("caroline", "bcd.com"));
        directory.AddAnother(entry);
        Assert.StartsWith("250", ResolveTests.Answer(directory, "carol@cde.com"));
        Assert.Empty(directory.Table.NotAdopted);
    }

    [Fact]
    public void Two_who_lived_side_by_side_are_no_successors()
    {
        ExampleDirectory directory = Load();
        EntryId second = directory.AddAnother(new LdapEntry(Dn.Parse("cn=second,ou=People,o=cde.com,o=hosting"), directory.Entry(Carol).Attributes));
        Assert.StartsWith("451 4.3.5", ResolveTests.Answer(directory, "carol@cde.com"));
        directory.Remove(Carol);
        Assert.StartsWith("250", ResolveTests.Answer(directory, "carol@cde.com"));
        Assert.NotNull(directory.Table.FindUser(second));
    }

    [Fact]
    public void A_third_entry_still_follows_the_first()
    {
        ExampleDirectory directory = Load();
        LdapEntry entry = directory.Entry(Carol);
        EntryId second = directory.Replace(Carol);
        var builder = new TableBuilder(directory.Table);
        builder.Delete(second);
        directory.Live.Publish(builder.Build(DateTimeOffset.UnixEpoch));
        EntryId third = directory.AddAnother(entry);
        Assert.Equal(IdOf(Carol), directory.Table.NotAdopted[third]);
    }

    [Fact]
    public void A_whole_domain_made_anew_waits_user_by_user()
    {
        ExampleDirectory directory = Load();
        LdapEntry node = directory.Entry(Bcd), bob = directory.Entry(UserDn("bob", "bcd.com"));
        directory.Remove(Bcd);
        directory.Remove(UserDn("bob", "bcd.com"));
        directory.AddAnother(node);
        EntryId id = directory.AddAnother(bob);
        Assert.Equal(IdOf(UserDn("bob", "bcd.com")), directory.Table.NotAdopted[id]);
        Assert.StartsWith("250", ResolveTests.Answer(directory, "alice@bcd.com"));
    }

    [Fact]
    public void A_name_of_another_domain_is_another_name()
    {
        ExampleDirectory directory = Load();
        directory.Remove(Carol);
        directory.AddUser("carol", "bcd.com");
        Assert.StartsWith("250", ResolveTests.Answer(directory, "carol@bcd.com"));
    }

    [Fact]
    public void At_the_first_table_the_store_is_asked_who_was_here()
    {
        var former = new EntryId(Guid.NewGuid());
        ExampleDirectory directory = Load(beforeFirst: d => d.Live.FormerAccounts = _ => [new("carol@cde.com", former), new("gone@cde.com", former), new("x@nowhere.test", former)]);
        Assert.StartsWith("451 4.3.5", ResolveTests.Answer(directory, "carol@cde.com"));
        directory.AddUser("gone", "cde.com");
        Assert.StartsWith("451 4.3.5", ResolveTests.Answer(directory, "gone@cde.com"));
        Assert.True(directory.LastChange!.Table.Number > 1);
    }

    [Fact]
    public void What_was_settled_while_a_table_was_made_stays_settled()
    {
        ExampleDirectory directory = Load();
        EntryId id = directory.Replace(Carol);
        var late = new TableBuilder(directory.Table);
        late.Upsert(IdOf("uid=zoe"), new LdapEntry(Dn.Parse(UserDn("zoe", "cde.com")), [new LdapAttribute("objectClass", "inetMailUser"), new LdapAttribute("uid", "zoe"), new LdapAttribute("mail", "zoe@cde.com")]));
        directory.Live.Settled(id);
        long settled = directory.Table.Number;
        directory.Live.Publish(late.Build(DateTimeOffset.UnixEpoch));
        Assert.StartsWith("250", ResolveTests.Answer(directory, "carol@cde.com"));
        Assert.StartsWith("250", ResolveTests.Answer(directory, "zoe@cde.com"));
        Assert.True(directory.Table.Number > settled);
    }
}
