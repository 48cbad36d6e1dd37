using DirMail.Mail;
using DirMail.Routing;
using static DirMail.Unit.Routing.ExampleDirectory;

namespace DirMail.Unit.Routing;

public class ResolveTests
{
    private const string Bcd = "o=bcd.com,o=hosting";

    [Theory]
    [InlineData("alice@bcd.com", "alice@bcd.com")]
    [InlineData("ALICE@BCD.COM", "alice@bcd.com")]
    [InlineData("\"alice\"@bcd.com", "alice@bcd.com")]
    [InlineData("a.able@bcd.com", "alice@bcd.com")]
    [InlineData("sales@bcd.net", "alice@bcd.com")]
    [InlineData("alice@bcd.net", "alice@bcd.com")]
    [InlineData("alice@[127.0.70.1]", "alice@bcd.com")]
    [InlineData("alice@[127.0.70.11]", "alice@bcd.com")]
    [InlineData("admin@[127.0.0.1]", "admin@abc.com")]
    [InlineData("postmaster@bcd.net", "postmaster@bcd.com")]
    [InlineData("abuse@abc.com", "postmaster@abc.com")]
    public void Known_addresses_are_taken(string given, string final)
    {
        var accepted = Assert.IsType<Resolution.Accepted>(Load().Table.Resolve(Address(given)));
        Assert.Equal(final, accepted.Final.ToString());
    }

    [Theory]
    [InlineData("nobody@bcd.com", "550 5.1.1")]
    [InlineData("bob@abc.com", "550 5.1.1")]
    [InlineData("alicé@bcd.com", "553 5.6.7")]
    [InlineData("staff@bcd.com", "550 5.7.2")]
    public void Others_are_refused(string given, string reply) => Assert.StartsWith(reply, Answer(Load(), given));

    [Fact]
    public void A_domain_that_is_not_in_the_table_is_not_hosted() =>
        Assert.Equal("xyz.test", Assert.IsType<Resolution.NotHosted>(Load().Table.Resolve(Address("x1@XYZ.test."))).DomainKey);

    [Fact]
    public void Before_the_first_load_everything_waits() =>
        Assert.Equal(Responses.DirectoryNeverLoaded, ((Resolution.Refused)new LiveTable(ExampleDirectory.Settings, TimeProvider.System).Current.Resolve(Address("alice@bcd.com"))).Reply);

    [Theory]
    [InlineData(Bcd, "mailDomainStatus", "inactive", "450 4.2.1")]
    [InlineData(Bcd, "mailDomainStatus", "DISABLED", "550 5.2.1")]
    [InlineData(Bcd, "mailDomainStatus", "deleted", "550 5.1.2")]
    [InlineData(Bcd, "mailDomainStatus", "removed", "550 5.1.2")]
    [InlineData(Bcd, "mailDomainStatus", "overquota", "452 4.2.2")]
    [InlineData(Bcd, "mailDomainStatus", "hold", "250")]
    [InlineData(Bcd, "mailDomainStatus", "sleeping", "450 4.2.1")]
    [InlineData(Bcd, "inetDomainStatus", "deleted", "550 5.1.2")]
    [InlineData(Bcd, "inetDomainStatus", "hold", "450 4.2.1")]
    [InlineData("uid=alice,ou=People,o=bcd.com,o=hosting", "mailUserStatus", "inactive", "450 4.2.1")]
    [InlineData("uid=alice,ou=People,o=bcd.com,o=hosting", "mailUserStatus", "deleted", "550 5.1.6")]
    [InlineData("uid=alice,ou=People,o=bcd.com,o=hosting", "mailUserStatus", "removed", "550 5.1.6")]
    [InlineData("uid=alice,ou=People,o=bcd.com,o=hosting", "mailUserStatus", "hold", "250")]
    [InlineData("uid=alice,ou=People,o=bcd.com,o=hosting", "inetUserStatus", "inactive", "450 4.2.1")]
    [InlineData("uid=alice,ou=People,o=bcd.com,o=hosting", "mailUserStatus", "", "250")]
    [InlineData("uid=alice,ou=People,o=bcd.com,o=hosting", "mailDeliveryOption", "program", "451 4.3.5")]
    [InlineData("uid=alice,ou=People,o=bcd.com,o=hosting", "mailDeliveryOption", "telegraph", "451 4.3.5")]
    [InlineData("uid=alice,ou=People,o=bcd.com,o=hosting", "mailDeliveryOption", "autoreply", "451 4.3.5")]
    [InlineData("uid=alice,ou=People,o=bcd.com,o=hosting", "mailDeliveryOption", "forward", "451 4.3.5")]
    public void The_state_answers(string dn, string attribute, string value, string reply)
    {
        ExampleDirectory directory = Load();
        directory.Set(dn, attribute, value);
        Assert.StartsWith(reply, Answer(directory, "alice@bcd.com"));
        Assert.StartsWith("250", Answer(directory, "carol@cde.com"));
    }

    [Fact]
    public void The_first_state_that_is_not_active_decides()
    {
        ExampleDirectory directory = Load();
        directory.Set(UserDn("alice", "bcd.com"), "mailUserStatus", "deleted");
        directory.Set(Bcd, "mailDomainStatus", "inactive");
        Assert.StartsWith("450 4.2.1", Answer(directory, "alice@bcd.com"));
        directory.Set(Bcd, "mailDomainStatus", "active");
        Assert.StartsWith("550 5.1.6", Answer(directory, "alice@bcd.com"));
    }

    [Theory]
    [InlineData("20260801000000Z", "20260815000000Z", "451 4.3.5")]
    [InlineData("20260801000000Z", "20261215000000Z", "250")]
    [InlineData("20260801000000+0100", "", "250")]
    [InlineData("20261201000000Z", "", "451 4.3.5")]
    public void Who_only_answers_takes_mail_only_in_the_window(string start, string end, string reply)
    {
        ExampleDirectory directory = Load(clock: new FixedClock(new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero)));
        directory.Set(UserDn("alice", "bcd.com"), "vacationStartDate", start);
        directory.Set(UserDn("alice", "bcd.com"), "vacationEndDate", end);
        directory.Set(UserDn("alice", "bcd.com"), "mailDeliveryOption", "autoreply");
        Assert.StartsWith(reply, Answer(directory, "alice@bcd.com"));
    }

    [Fact]
    public void A_foreign_mail_host_is_not_delivered_here()
    {
        ExampleDirectory directory = Load(ExampleDirectory.Settings with { MailHosts = ["mail.abc.com"] });
        directory.Set(UserDn("alice", "bcd.com"), "mailHost", "mail.elsewhere.test");
        Assert.StartsWith("451 4.3.5", Answer(directory, "alice@bcd.com"));
        Assert.StartsWith("250", Answer(directory, "carol@cde.com"));
        Assert.Contains(directory.Table.Problems, p => p.Attribute == "mailHost");
    }

    [Fact]
    public void A_catch_all_takes_what_nobody_has()
    {
        ExampleDirectory directory = Load();
        directory.Set(Bcd, "mailDomainCatchallAddress", "bob@cde.com");
        var accepted = Assert.IsType<Resolution.Accepted>(directory.Table.Resolve(Address("nobody@bcd.net")));
        Assert.Equal("nobody@bcd.com", accepted.Final.ToString());
        Assert.Equal("bob@cde.com", Assert.IsType<Hop.Mailbox>(Assert.Single(directory.Table.Expand(Address("nobody@bcd.net"), accepted))).Final.ToString());
    }

    [Theory]
    [InlineData("active")]
    [InlineData("inactive")]
    public void Postmaster_is_always_taken(string status)
    {
        ExampleDirectory directory = Load();
        directory.Set(Bcd, "mailDomainStatus", status);
        Assert.StartsWith("250", Answer(directory, "Postmaster@bcd.net"));

        directory.Remove("cn=Postmaster,ou=Groups,o=bcd.com,o=hosting");
        directory.Set(Bcd, "mailDomainPostmaster", "carol@cde.com");
        var accepted = (Resolution.Accepted)directory.Table.Resolve(Address("postmaster@bcd.com"));
        Assert.Equal("mailDomainPostmaster", Assert.IsType<Recipient.Redirect>(accepted.Recipient).Attribute);

        directory.Set(Bcd, "mailDomainPostmaster");
        accepted = (Resolution.Accepted)directory.Table.Resolve(Address("postmaster@bcd.com"));
        Assert.Equal("postmaster@abc.com", Assert.IsType<Recipient.Redirect>(accepted.Recipient).To[0].ToString());
    }

    [Fact]
    public void Postmaster_of_a_deleted_domain_is_refused()
    {
        ExampleDirectory directory = Load();
        directory.Set(Bcd, "mailDomainStatus", "deleted");
        Assert.StartsWith("550 5.1.2", Answer(directory, "postmaster@bcd.com"));
    }

    [Fact]
    public void Explaining_is_the_same_decision_with_its_reasons()
    {
        ExampleDirectory directory = Load();
        directory.Set(Bcd, "mailDomainStatus", "inactive");
        var explained = Assert.IsType<Resolution.Refused>(directory.Table.Explain(Address("alice@bcd.com")));
        Assert.Equal(((Resolution.Refused)directory.Table.Resolve(Address("alice@bcd.com"))).Reply, explained.Reply);
        Assert.Equal(new Reason("o=bcd.com,o=hosting", "mailDomainStatus", "inactive", Responses.Inactive.ToString()), explained.Reasons[^1]);
        Assert.Empty(directory.Table.Resolve(Address("alice@bcd.com")).Reasons);
    }

    internal static string Answer(ExampleDirectory directory, string address) => directory.Table.Resolve(Address(address)) switch
    {
        Resolution.Refused refused => refused.Reply.ToString(),
        Resolution.Accepted => Responses.RecipientOk.ToString(),
        _ => "not hosted",
    };

    private sealed class FixedClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
