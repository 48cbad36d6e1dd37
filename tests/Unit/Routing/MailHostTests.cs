using DirMail.Routing;
using static DirMail.Unit.Routing.ExampleDirectory;

namespace DirMail.Unit.Routing;

/// <summary>mailHost and mailRoutingAddress (LASER; SCHEMA 3.6), for users and groups.</summary>
public class MailHostTests
{
    private const string Relay = "store2.test";
    private static readonly string Alice = UserDn("alice", "bcd.com");
    private static readonly DirectorySettings Several = ExampleDirectory.Settings with { MailHosts = ["mail.abc.com"], RelayHosts = [Relay] };

    [Theory]
    [InlineData(null, null, "mailbox alice@bcd.com")]
    [InlineData("mail.abc.com", null, "mailbox alice@bcd.com")]
    [InlineData("MAIL.abc.com.", null, "mailbox alice@bcd.com")]
    [InlineData(null, "al@xyz.test", "remote al@xyz.test to xyz.test as bcd.com")]
    [InlineData("mail.abc.com", "al@xyz.test", "remote al@xyz.test to xyz.test as bcd.com")]
    [InlineData("mail.abc.com", "bob@cde.com", "mailbox bob@cde.com")]
    [InlineData(Relay, null, "remote alice@bcd.com to store2.test as host")]
    [InlineData("Store2.test.", "al@xyz.test", "remote al@xyz.test to store2.test as host")]
    [InlineData("unknown.test", null, "451 4.3.5 mailHost")]
    [InlineData("unknown.test", "al@xyz.test", "451 4.3.5 mailHost")]
    [InlineData(Relay, "al@[192.0.2.1]", "451 4.3.5 mailRoutingAddress")]
    [InlineData(null, "nonsense", "451 4.3.5 mailRoutingAddress")]
    public void Mail_goes_where_the_entry_is_kept(string? host, string? routing, string expected)
    {
        ExampleDirectory directory = Load(Several);
        directory.Set(Alice, "mailUserVirtualAddress");
        directory.Set(Alice, "mailHost", host is null ? [] : [host]);
        directory.Set(Alice, "mailRoutingAddress", routing is null ? [] : [routing]);
        Assert.Equal(expected, Way(directory, "alice@bcd.com"));
        Assert.Equal(expected.StartsWith("451", StringComparison.Ordinal), directory.Table.Problems.Any(p => p.Dn == Alice && p.Attribute is "mailHost" or "mailRoutingAddress"));
    }

    [Fact]
    public void Without_named_mail_hosts_every_host_but_those_with_a_route_is_this_one()
    {
        ExampleDirectory directory = Load(ExampleDirectory.Settings with { RelayHosts = [Relay] });
        directory.Set(Alice, "mailHost", "anything.test");
        Assert.Equal("mailbox alice@bcd.com", Way(directory, "alice@bcd.com"));
        directory.Set(Alice, "mailHost", Relay);
        Assert.Equal("remote alice@bcd.com to store2.test as host", Way(directory, "alice@bcd.com"));
    }

    [Theory]
    [InlineData(null, null, false)]
    [InlineData("primary", null, false)]
    [InlineData("big", "big", false)]
    [InlineData("Big", null, true)]
    public void Large_messages_lie_in_the_partition_that_the_entry_names(string? value, string? partition, bool isProblem)
    {
        ExampleDirectory directory = Load(ExampleDirectory.Settings with { Partitions = ["big"] });
        directory.Set(Alice, "mailMessageStore", value is null ? [] : [value]);
        Assert.Equal(partition, directory.User("alice", "bcd.com").Partition);
        Assert.Equal(isProblem, directory.Table.Problems.Any(static p => p.Dn == Alice && p.Attribute == "mailMessageStore"));
        Assert.Equal("mailbox alice@bcd.com", Way(directory, "alice@bcd.com"));
    }

    [Fact]
    public void What_only_forwards_does_so_on_any_host()
    {
        ExampleDirectory directory = Load(Several);
        directory.Set(Alice, "mailHost", Relay);
        directory.Set(Alice, "mailDeliveryOption", "forward");
        directory.Set(Alice, "mailForwardingAddress", "bob@cde.com");
        Assert.Equal("mailbox bob@cde.com", Way(directory, "alice@bcd.com"));
    }

    [Fact]
    public void A_group_is_expanded_where_it_is_kept()
    {
        ExampleDirectory directory = Load(Several);
        directory.AddGroup("crew", "bcd.com", ("uniqueMember", Alice), ("mailHost", Relay));
        Assert.Equal("remote crew@bcd.com to store2.test as host", Way(directory, "crew@bcd.com"));
    }

    [Fact]
    public void A_forwarding_address_alone_forwards_nothing()
    {
        ExampleDirectory directory = Load();
        directory.Set(Alice, "mailDeliveryOption");
        directory.Set(Alice, "mailForwardingAddress", "al@xyz.test");
        Assert.Equal("mailbox alice@bcd.com", Way(directory, "alice@bcd.com"));
        directory.Set(Alice, "mailDeliveryOption", "Mailbox", "FORWARD");
        directory.Set(Alice, "mailUserVirtualAddress");
        Assert.Equal("mailbox alice@bcd.com, remote al@xyz.test to xyz.test as bcd.com", Way(directory, "alice@bcd.com"));
    }

    private static string Way(ExampleDirectory directory, string address)
    {
        Resolution resolution = directory.Table.Explain(Address(address));
        if (resolution is not Resolution.Accepted accepted)
            return $"{((Resolution.Refused)resolution).Reply.Code} {((Resolution.Refused)resolution).Reply.Status} {resolution.Reasons[^1].Attribute}";
        return string.Join(", ", directory.Table.Expand(Address(address), accepted).Select(hop => hop switch
        {
            Hop.Remote { Identity: { } identity } remote => $"remote {remote.Final} to {remote.Destination} as {(identity.Owner is null && identity.HostName == "mail.abc.com" ? "host" : identity.DomainName)}",
            Hop.Mailbox => $"mailbox {hop.Final}",
            _ => hop.ToString(),
        }));
    }
}
