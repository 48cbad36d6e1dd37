using System.Net;
using DirMail.Unit.Channels;
using DirMail.Wire;

namespace DirMail.Unit.Wire;

/// <summary>SPF (RFC 7208) as a table: record, address, what comes of it and because of which term.</summary>
public class SpfTests
{
    [Theory]
    [InlineData("v=spf1 -all", "192.0.2.1", SpfVerdict.Fail, "all")]
    [InlineData("v=spf1 ip4:192.0.2.1 -all", "192.0.2.1", SpfVerdict.Pass, "ip4:192.0.2.1")]
    [InlineData("V=SPF1 IP4:192.0.2.0/24 ~all", "192.0.2.77", SpfVerdict.Pass, "ip4:192.0.2.0")]
    [InlineData("v=spf1 ip4:192.0.2.0/25 ~all", "192.0.2.200", SpfVerdict.SoftFail, "all")]
    [InlineData("v=spf1 ip4:192.0.2.129/25 -all", "192.0.2.200", SpfVerdict.Pass, "ip4:192.0.2.129")]
    [InlineData("v=spf1 ip4:192.0.2.0/0 -all", "203.0.113.1", SpfVerdict.Pass, "ip4:192.0.2.0")]
    [InlineData("v=spf1 ip6:2001:db8::/32 -all", "2001:db8:1::5", SpfVerdict.Pass, "ip6:2001:db8::")]
    [InlineData("v=spf1 ip6:2001:db8::/32 -all", "192.0.2.1", SpfVerdict.Fail, "all")]
    [InlineData("v=spf1 ip4:192.0.2.1 ?all", "::ffff:192.0.2.1", SpfVerdict.Pass, "ip4:192.0.2.1")]
    [InlineData("v=spf1", "192.0.2.1", SpfVerdict.Neutral, "no term covers")]
    [InlineData("v=spf1 a -all", "192.0.2.10", SpfVerdict.Pass, "a")]
    [InlineData("v=spf1 a:mail.example/28 -all", "192.0.2.25", SpfVerdict.Pass, "a:mail.example")]
    [InlineData("v=spf1 a:six.example//64 -all", "2001:db8:0:1::9", SpfVerdict.Pass, "a:six.example")]
    [InlineData("v=spf1 mx -all", "192.0.2.20", SpfVerdict.Pass, "mx")]
    [InlineData("v=spf1 mx:none.example -all", "192.0.2.20", SpfVerdict.Fail, "all")]
    [InlineData("v=spf1 include:other.example -all", "192.0.2.30", SpfVerdict.Pass, "include:other.example")]
    [InlineData("v=spf1 ~include:other.example -all", "192.0.2.30", SpfVerdict.SoftFail, "include:other.example")]
    [InlineData("v=spf1 include:other.example -all", "192.0.2.31", SpfVerdict.Fail, "all")]
    [InlineData("v=spf1 include:none.example -all", "192.0.2.31", SpfVerdict.PermError, "include")]
    [InlineData("v=spf1 redirect=other.example", "192.0.2.30", SpfVerdict.Pass, "ip4:192.0.2.30")]
    [InlineData("v=spf1 redirect=none.example", "192.0.2.30", SpfVerdict.PermError, "no SPF record")]
    [InlineData("v=spf1 redirect=other.example ip4:192.0.2.31 -all", "192.0.2.30", SpfVerdict.Fail, "all")]
    [InlineData("v=spf1 include:example.example", "192.0.2.1", SpfVerdict.PermError, "include")]
    [InlineData("v=spf1 a:silent.example -all", "192.0.2.1", SpfVerdict.TempError, "no answer")]
    [InlineData("v=spf1 ip4:192.0.2.1 exists:%{i}.x.example -all", "192.0.2.1", SpfVerdict.Pass, "ip4:192.0.2.1")]
    [InlineData("v=spf1 exists:%{i}.x.example -all", "192.0.2.1", SpfVerdict.NotEvaluated, "exists")]
    [InlineData("v=spf1 ptr -all", "192.0.2.1", SpfVerdict.NotEvaluated, "ptr")]
    [InlineData("v=spf1 exp=why.example x-new=1 -all", "192.0.2.1", SpfVerdict.Fail, "all")]
    [InlineData("v=spf1 ip4:192.0.2 -all", "192.0.2.1", SpfVerdict.PermError, "'ip4:192.0.2' is no term")]
    [InlineData("v=spf1 ip4:192.0.2.1/33 -all", "192.0.2.1", SpfVerdict.PermError, "is no term")]
    [InlineData("v=spf1 ip6:192.0.2.1 -all", "192.0.2.1", SpfVerdict.PermError, "is no term")]
    [InlineData("v=spf1 include -all", "192.0.2.1", SpfVerdict.PermError, "is no term")]
    [InlineData("v=spf1 all4 -all", "192.0.2.1", SpfVerdict.PermError, "is no term")]
    [InlineData("v=spf10 -all", "192.0.2.1", SpfVerdict.None, "no SPF record")]
    [InlineData("some text", "192.0.2.1", SpfVerdict.None, "no SPF record")]
    public async Task A_record_says_what_an_address_may(string record, string client, SpfVerdict verdict, string reason)
    {
        SpfAnswer answer = await new Spf(Dns(record)).CheckAsync("example.example", IPAddress.Parse(client), default);
        Assert.Equal(verdict, answer.Verdict);
        Assert.Contains(reason, answer.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_records_are_an_error()
    {
        FixedDns dns = Dns("v=spf1 +all");
        dns.Texts["example.example"] = new(DnsStatus.Ok, ["v=spf1 +all", "unrelated", "v=spf1 -all"]);
        Assert.Equal(SpfVerdict.PermError, (await new Spf(dns).CheckAsync("example.example", IPAddress.Loopback, default)).Verdict);
    }

    private static FixedDns Dns(string record)
    {
        var dns = new FixedDns();
        dns.Texts["example.example"] = new(DnsStatus.Ok, [record]);
        dns.Texts["other.example"] = new(DnsStatus.Ok, ["unrelated", "v=spf1 ip4:192.0.2.30 -all"]);
        dns.Addresses["example.example"] = new(DnsStatus.Ok, [IPAddress.Parse("192.0.2.10")]);
        dns.Addresses["mail.example"] = new(DnsStatus.Ok, [IPAddress.Parse("192.0.2.20")]);
        dns.Addresses["six.example"] = new(DnsStatus.Ok, [IPAddress.Parse("2001:db8:0:1::1")]);
        dns.Addresses["silent.example"] = new(DnsStatus.Unavailable, []);
        dns.Mx["example.example"] = new(DnsStatus.Ok, [new(10, "mail.example")]);
        return dns;
    }
}
