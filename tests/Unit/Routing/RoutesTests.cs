using DirMail.Mail;
using DirMail.Routing;

namespace DirMail.Unit.Routing;

public class RoutesTests
{
    private static readonly EntryId Somebody = new(Guid.NewGuid());

    [Theory]
    [InlineData("xyz.test", "a")]
    [InlineData("sub.xyz.test", "b")]
    [InlineData("deep.sub.xyz.test", "b")]
    [InlineData("other.test", "c")]
    [InlineData("notxyz.test", "c")]
    public void The_first_match_wins(string domain, string host)
    {
        var routes = new Routes([new("XYZ.test", "smtp", "a", 25), new(".xyz.test", "smtp", "b", 25), new("*", "smtp", "c", 25)]);
        Assert.Equal(host, routes.Find(domain, Somebody, static _ => null)!.Host);
    }

    [Fact]
    public void Without_a_match_dns_decides() => Assert.Null(new Routes([new(".xyz.test", "smtp", "", 25)]).Find("xyz.test", Somebody, static _ => null));

    [Fact]
    public void A_route_of_one_domain_is_nobody_elses()
    {
        EntryId bcd = new(Guid.NewGuid());
        var routes = new Routes([new("*", "smtp", "a", 25) { Sender = "bcd.org" }, new("*", "smtp", "b", 25), new("xyz.test", "smtp", "c", 25)]);
        Assert.Equal("a", routes.Find("xyz.test", bcd, DomainOf)!.Host);
        Assert.Equal("b", routes.Find("xyz.test", Somebody, DomainOf)!.Host);
        Assert.Equal(["a", "b"], routes.All("xyz.test").Select(static route => route.Host));

        // any name of the domain is its name
        EntryId? DomainOf(string name) => name is "bcd.com" or "bcd.org" ? bcd : null;
    }
}
