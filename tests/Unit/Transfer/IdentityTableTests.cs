using DirMail.Mail;
using DirMail.Store;
using DirMail.Unit.Routing;

namespace DirMail.Unit.Transfer;

/// <summary>Who leaves as whom: a test for each row of the table of identities. What is queued names source address (none: unbound), EHLO name and queue.</summary>
public sealed class IdentityTableTests
{
    private static readonly Outcome Never = new Outcome.Failed(new(5, 1, 1), "no such user");

    [Theory]
    [InlineData("alice", "bcd.com", "127.0.70.11 mail.bcd.com bcd.com")]
    [InlineData("admin", "bcd.com", "127.0.70.1 mail.bcd.com bcd.com")]
    public async Task An_authenticated_user_as_the_user_else_as_the_domain(string uid, string domain, string identity)
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        await room.AcceptAsync($"{uid}@{domain}", ["x@xyz.test"], room.By(uid, domain));
        Assert.Equal(identity, Shown(room, Assert.Single(await room.QueueAsync())));
    }

    [Fact]
    public async Task A_forward_as_the_user_who_forwards()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        string alice = ExampleDirectory.UserDn("alice", "bcd.com");
        room.Directory.Set(alice, "mailDeliveryOption", "forward");
        room.Directory.Set(alice, "mailForwardingAddress", "away@xyz.test");
        await room.AcceptAsync("friend@remote.test", ["alice@bcd.com"]);
        Assert.Equal("127.0.70.11 mail.bcd.com bcd.com", Shown(room, Assert.Single(await room.QueueAsync())));
    }

    [Fact]
    public async Task Group_mail_as_the_domain_of_the_group()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        room.Directory.AddGroup("all", "cde.com", ("mgrpRFC822MailMember", "member@xyz.test"));
        await room.AcceptAsync("alice@bcd.com", ["all@cde.com"], room.By("alice", "bcd.com"));
        Assert.Equal("127.0.70.2 mail.cde.com cde.com", Shown(room, Assert.Single(await room.QueueAsync())));
    }

    [Fact]
    public async Task A_report_as_the_failed_recipient_s_domain()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        await room.AcceptAsync("friend@remote.test", ["nobody@cde.com", "carol@cde.com"]);
        room.StartScheduler();
        room.Out.Answer(Never);
        QueueRow report = await room.Out.AttemptAsync();
        Assert.Equal((null, "127.0.70.2 mail.cde.com cde.com"), (report.Message.Sender?.ToString(), Shown(room, report)));
        await room.TrailAsync("finished");
    }

    /// <summary>It stays here: the name it gives itself says whose it is.</summary>
    [Fact]
    public async Task A_report_of_a_recipient_elsewhere_as_the_sender_s_domain()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        room.StartScheduler();
        room.Out.Answer(Never);
        await room.AcceptAsync("alice@bcd.com", ["x@xyz.test"], room.By("alice", "bcd.com"));
        await room.TrailAsync("finished");
        Assert.Contains("Reporting-MTA: dns; mail.bcd.com\r\n", Assert.Single(await room.InboxAsync("alice", "bcd.com")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task This_machine_s_own_programs_as_the_host()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        await room.AcceptAsync("root@abc.com", ["x@xyz.test"], TransferRoom.Outside with { IsTrusted = true });
        Assert.StartsWith("unbound mail.abc.com ", Shown(room, Assert.Single(await room.QueueAsync())), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_trusted_network_as_the_sender_s_domain()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        await room.AcceptAsync("printer@cde.com", ["x@xyz.test"], TransferRoom.Outside with { IsTrusted = true, Domain = room.Directory.Domain("cde.com").Id });
        Assert.Equal("127.0.70.2 mail.cde.com cde.com", Shown(room, Assert.Single(await room.QueueAsync())));
    }

    [Fact]
    public async Task The_host_domain_unbound()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        await room.AcceptAsync("admin@abc.com", ["x@xyz.test"], room.By("admin", "abc.com"));
        Assert.Equal("unbound mail.abc.com abc.com", Shown(room, Assert.Single(await room.QueueAsync())));
    }

    /// <summary>What it got is kept, however the addresses of this host change: only the directory takes it away.</summary>
    [Fact]
    public async Task Of_several_addresses_the_first_that_is_here_and_the_same_over_all_retries()
    {
        string here = "127.0.70.3";
        await using TransferRoom room = await TransferRoom.OpenAsync(ExampleDirectory.Load(ExampleDirectory.Settings with { IsHere = address => address.ToString() == here }));
        room.Directory.Set("o=cde.com,o=hosting", "mailDomainVirtualAddress", "192.0.2.2", "127.0.70.3", "2001:db8::2", "127.0.70.4");
        await room.AcceptAsync("carol@cde.com", ["x@xyz.test"], room.By("carol", "cde.com"));
        OutgoingIdentity identity = Assert.Single(await room.QueueAsync()).Message.Identity;
        Assert.Equal(("127.0.70.3", "2001:db8::2"), (identity.V4?.ToString(), identity.V6?.ToString()));
        here = "127.0.70.4";
        Assert.Equal(identity, DirMail.Transfer.Standing.Identity(room.Directory.Table, Assert.Single(await room.QueueAsync()).Message));
        here = "none";
        Assert.Equal("192.0.2.2", room.Directory.Table.IdentityOf(room.Directory.Domain("cde.com")).V4?.ToString());
    }

    [Fact]
    public async Task Mail_whose_owner_listed_no_usable_address_leaves_from_the_one_that_comes()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        room.Directory.Set("o=cde.com,o=hosting", "mailDomainVirtualAddress", "not an address");
        await room.AcceptAsync("carol@cde.com", ["x@xyz.test"], room.By("carol", "cde.com"));
        Assert.Equal("none mail.cde.com cde.com", Shown(room, Assert.Single(await room.QueueAsync())));
        room.Directory.Set("o=cde.com,o=hosting", "mailDomainVirtualAddress", "127.0.70.3");
        Assert.Equal("127.0.70.3", DirMail.Transfer.Standing.Identity(room.Directory.Table, Assert.Single(await room.QueueAsync()).Message).V4?.ToString());
    }

    private static string Shown(TransferRoom room, QueueRow row) =>
        $"{row.Message.Identity.V4?.ToString() ?? (row.Message.Identity.IsBound ? "none" : "unbound")} {row.Message.Identity.HostName} {room.Directory.Table.FindDomain(row.Message.Domain)?.Name}";
}
