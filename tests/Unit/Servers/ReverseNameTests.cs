using System.Net;
using DirMail.Routing;
using DirMail.Servers;
using DirMail.Unit.Channels;
using DirMail.Unit.Transfer;
using DirMail.Wire;

namespace DirMail.Unit.Servers;

/// <summary>A client's name counts when it leads back to the client (RFC 8601 2.7.3), and nobody waits long for it.</summary>
public sealed class ReverseNameTests
{
    private static readonly IPAddress Client = IPAddress.Parse("192.0.2.9");

    private readonly FixedDns _dns = new();

    [Theory]
    [InlineData("Mail.Example.org.", "mail.example.org=192.0.2.9", "is called mail.example.org")]
    [InlineData("mail.example.org", "mail.example.org=192.0.2.8", "has a name that does not lead back to its address")]
    [InlineData("mail.example.org", "", "has a name that does not lead back to its address")]
    [InlineData("", "", "has no name")]
    [InlineData("a.test b.test c.test", "b.test=192.0.2.9 c.test=192.0.2.9", "is called b.test, c.test")]
    [InlineData("a.test a.test", "a.test=192.0.2.9", "is called a.test")]
    [InlineData("a.test", "a.test=?", "has a name that cannot be looked up now")]
    [InlineData("a.test b.test", "a.test=? b.test=192.0.2.9", "is called b.test")]
    [InlineData("a.test b.test", "a.test=? b.test=192.0.2.8", "has a name that cannot be looked up now")]
    [InlineData("?", "", "has a name that cannot be looked up now")]
    [InlineData("1.test 2.test 3.test 4.test 5.test 6.test", "6.test=192.0.2.9", "has a name that does not lead back to its address")]
    public async Task A_name_counts_when_it_leads_back(string names, string addresses, string known)
    {
        Has(names, addresses);
        Assert.Equal(known, (await new ReverseName(_dns, Client).GetAsync()).ToString());
        Assert.Equal(known, (await new ReverseName(_dns, Client.MapToIPv6()).GetAsync()).ToString());
    }

    [Fact]
    public async Task Loopback_is_localhost_and_nobody_is_asked()
    {
        var name = new ReverseName(_dns, IPAddress.Parse("127.0.70.1"));
        Assert.Equal(ClientName.Loopback, name.Known);
        Assert.Equal(ClientName.Loopback, await name.GetAsync());
        Assert.Equal("", name.Text);
        Assert.Equal(0, _dns.NamesAsked);
    }

    [Fact]
    public async Task Without_a_resolver_it_cannot_be_told() => Assert.Equal(ClientName.Untold, await new ReverseName(null, Client).GetAsync());

    /// <summary>What comes too late for one who asks is there for the next, from the same look-up.</summary>
    [Fact]
    public async Task Nobody_waits_for_a_slow_answer_and_it_counts_once_it_is_there()
    {
        Has("a.test", "a.test=192.0.2.9");
        var slow = new TaskCompletionSource();
        _dns.BeforeNames = slow.Task;
        var name = new ReverseName(_dns, Client);
        Assert.Equal(ClientName.NotAsked, name.Known);
        Assert.Equal(ClientName.Untold, await name.GetAsync().WaitAsync(TransferRoom.Soon));
        Task<ClientName> next = name.GetAsync();
        slow.SetResult();
        Assert.Equal("is called a.test", (await next).ToString());
        Assert.Equal("a.test", name.Text);
        Assert.Equal(1, _dns.NamesAsked);
    }

    [Fact]
    public async Task What_could_not_be_told_is_asked_again_and_what_was_told_is_not()
    {
        Has("?", "");
        var name = new ReverseName(_dns, Client);
        Assert.Equal(ClientName.Untold, await name.GetAsync());
        Has("a.test", "a.test=192.0.2.9");
        Assert.Equal("is called a.test", (await name.GetAsync()).ToString());
        Has("b.test", "b.test=192.0.2.9");
        Assert.Equal("is called a.test", (await name.GetAsync()).ToString());
        Assert.Equal(2, _dns.NamesAsked);
    }

    /// <param name="names">Of the client; "?": no answer.</param>
    /// <param name="addresses">"name=address"; "?" as address: no answer.</param>
    private void Has(string names, string addresses)
    {
        _dns.Names[Client] = names == "?" ? new(DnsStatus.Unavailable, []) : new(names.Length == 0 ? DnsStatus.NoData : DnsStatus.Ok, names.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        foreach (string[] pair in addresses.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static pair => pair.Split('=')))
            _dns.Addresses[pair[0]] = pair[1] == "?" ? new(DnsStatus.Unavailable, []) : new(DnsStatus.Ok, [IPAddress.Parse(pair[1])]);
    }
}
