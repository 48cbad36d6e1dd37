using System.Net;
using DirMail.Routing;
using DirMail.Serve;
using DirMail.Unit.Channels;
using DirMail.Unit.Routing;
using DirMail.Unit.Transfer;
using DirMail.Wire;

namespace DirMail.Unit.Executable;

/// <summary>Virtual addresses that a domain has by its virtual host name (SCHEMA 4.4).</summary>
public sealed class HostNameAddressesTests
{
    private const string Bcd = "o=bcd.com,o=hosting";
    private static readonly IPAddress Here = IPAddress.Parse("127.0.70.9"), AlsoHere = IPAddress.Parse("127.0.70.8"), Elsewhere = IPAddress.Parse("192.0.2.77");

    [Fact]
    public async Task A_domain_without_an_address_has_those_of_its_host_name_that_are_here()
    {
        ExampleDirectory directory = WithoutAddress(ExampleDirectory.Settings with { ResolveVirtualHostName = true });
        SenderIdentity before = directory.Table.IdentityOf(directory.Domain("bcd.com"));
        Assert.Equal((directory.Domain("bcd.com").Id, null), (before.Owner, before.V4));

        var dns = new FixedDns();
        dns.Addresses["mail.bcd.com"] = new(DnsStatus.Ok, [Elsewhere, Here]);
        var clock = new SteppedClock();
        await using var resolving = new HostNameAddresses(directory.Live, dns, clock, address => address.ToString().StartsWith("127.0.70.", StringComparison.Ordinal));
        await UntilAsync(directory, t => t.DomainAt(Here)?.Name == "bcd.com");
        SenderIdentity identity = directory.Table.IdentityOf(directory.Domain("bcd.com"));
        Assert.Equal((Here, "mail.bcd.com"), (identity.V4, identity.HostName));
        Assert.Contains(Here, directory.Table.VirtualAddresses);
        Assert.Null(directory.Table.DomainAt(Elsewhere));

        // another push of the entry, and a reload, do not lose it
        directory.Set(Bcd, "description", "changed");
        Assert.Equal("bcd.com", directory.Table.DomainAt(Here)?.Name);
        directory.Reload();
        Assert.Equal("bcd.com", directory.Table.DomainAt(Here)?.Name);

        // no answer changes nothing, another answer does
        dns.Addresses["mail.bcd.com"] = new(DnsStatus.Unavailable, []);
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("bcd.com", directory.Table.DomainAt(Here)?.Name);
        dns.Addresses["mail.bcd.com"] = new(DnsStatus.Ok, [AlsoHere]);
        clock.Advance(TimeSpan.FromMinutes(1));
        await UntilAsync(directory, t => t.DomainAt(AlsoHere)?.Name == "bcd.com" && t.DomainAt(Here) is null);

        // what the entry lists itself goes before it
        directory.Set(Bcd, "mailDomainVirtualAddress", "127.0.70.7");
        Assert.Null(directory.Table.DomainAt(AlsoHere));
        Assert.Equal("bcd.com", directory.Table.DomainAt(IPAddress.Parse("127.0.70.7"))?.Name);
        directory.Set(Bcd, "mailDomainVirtualAddress");
        Assert.Equal("bcd.com", directory.Table.DomainAt(AlsoHere)?.Name);
    }

    [Fact]
    public void Unless_it_is_asked_for_a_host_name_alone_is_a_name_only()
    {
        ExampleDirectory directory = WithoutAddress(ExampleDirectory.Settings);
        directory.Live.Resolved("mail.bcd.com", [Here]);
        Assert.Null(directory.Table.DomainAt(Here));
        Assert.Null(directory.Table.IdentityOf(directory.Domain("bcd.com")).Owner);
    }

    [Fact]
    public void An_address_that_another_domain_lists_stays_with_it()
    {
        ExampleDirectory directory = WithoutAddress(ExampleDirectory.Settings with { ResolveVirtualHostName = true });
        directory.Live.Resolved("mail.bcd.com", [IPAddress.Parse("127.0.70.2")]);
        Assert.Equal("cde.com", directory.Table.DomainAt(IPAddress.Parse("127.0.70.2"))?.Name);
        Assert.Empty(directory.Domain("bcd.com").VirtualAddresses);
    }

    private static ExampleDirectory WithoutAddress(DirectorySettings settings)
    {
        ExampleDirectory directory = ExampleDirectory.Load(settings);
        directory.Set(Bcd, "mailDomainVirtualAddress");
        return directory;
    }

    private static async Task UntilAsync(ExampleDirectory directory, Func<RoutingTable, bool> isSo)
    {
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void Look(TableChanged change)
        {
            if (isSo(change.Table))
                seen.TrySetResult();
        }
        directory.Live.Changed += Look;
        if (!isSo(directory.Table))
            await seen.Task.WaitAsync(TimeSpan.FromSeconds(20));
        directory.Live.Changed -= Look;
    }
}
