using DirMail.Routing;

namespace DirMail.Unit.Routing;

public class RoutesTests
{
    [Theory]
    [InlineData("xyz.test", "a")]
    [InlineData("sub.xyz.test", "b")]
    [InlineData("deep.sub.xyz.test", "b")]
    [InlineData("other.test", "c")]
    [InlineData("notxyz.test", "c")]
    public void The_first_match_wins(string domain, string host)
    {
        var routes = new Routes([new("XYZ.test", "smtp", "a", 25), new(".xyz.test", "smtp", "b", 25), new("*", "smtp", "c", 25)]);
        Assert.Equal(host, routes.Find(domain)!.Host);
    }

    [Fact]
    public void Without_a_match_dns_decides() => Assert.Null(new Routes([new(".xyz.test", "smtp", "", 25)]).Find("xyz.test"));
}
