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
    [InlineData("v=spf1 exists:%{i}.x.example -all", "192.0.2.1", SpfVerdict.Fail, "all")]
    [InlineData("v=spf1 exists:%{ir}.%{v}.list.example -all", "192.0.2.1", SpfVerdict.Pass, "exists")]
    [InlineData("v=spf1 exists:%{ir}.%{v}.list.example -all", "192.0.2.2", SpfVerdict.Fail, "all")]
    [InlineData("v=spf1 exists:%{l}.at.%{o2}.list.example -all", "192.0.2.2", SpfVerdict.Pass, "exists")]
    [InlineData("v=spf1 include:%{d1r}.x.%{d} -all", "192.0.2.2", SpfVerdict.PermError, "include")]
    [InlineData("v=spf1 a:%{p} -all", "192.0.2.20", SpfVerdict.Pass, "a")]
    [InlineData("v=spf1 ptr -all", "192.0.2.1", SpfVerdict.Fail, "all")]
    [InlineData("v=spf1 ptr:mail.example -all", "192.0.2.20", SpfVerdict.Pass, "ptr")]
    [InlineData("v=spf1 ptr:ail.example -all", "192.0.2.20", SpfVerdict.Fail, "all")]
    [InlineData("v=spf1 ptr:mail.example -all", "192.0.2.21", SpfVerdict.Fail, "all")]
    [InlineData("v=spf1 a:x1.example a:x2.example -all", "192.0.2.1", SpfVerdict.Fail, "all")]
    [InlineData("v=spf1 a:x1.example a:x2.example a:x3.example -all", "192.0.2.1", SpfVerdict.PermError, "found nothing")]
    [InlineData("v=spf1 mx mx mx mx mx mx mx mx mx mx -all", "192.0.2.1", SpfVerdict.Fail, "all")]
    [InlineData("v=spf1 mx mx mx mx mx mx mx mx mx mx mx -all", "192.0.2.1", SpfVerdict.PermError, "ten look-ups")]
    [InlineData("v=spf1 mx:many.example -all", "192.0.2.1", SpfVerdict.PermError, "mx")]
    [InlineData("v=spf1 redirect=other.example redirect=other.example", "192.0.2.1", SpfVerdict.PermError, "is no term")]
    [InlineData("v=spf1 exp= -all", "192.0.2.1", SpfVerdict.PermError, "is no term")]
    [InlineData("v=spf1 a:%{x}.example -all", "192.0.2.1", SpfVerdict.PermError, "is no term")]
    [InlineData("v=spf1 a:% -all", "192.0.2.1", SpfVerdict.PermError, "is no term")]
    [InlineData("v=spf1 a:example -all", "192.0.2.1", SpfVerdict.PermError, "is no term")]
    [InlineData("v=spf1 a: -all", "192.0.2.1", SpfVerdict.PermError, "is no term")]
    [InlineData("v=spf1 a/024 -all", "192.0.2.1", SpfVerdict.PermError, "is no term")]
    [InlineData("v=spf1 all:x.example", "192.0.2.1", SpfVerdict.PermError, "is no term")]
    [InlineData("v=spf1 include:other.example/24", "192.0.2.1", SpfVerdict.PermError, "is no term")]
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
        dns.Addresses["1.2.0.192.in-addr.list.example"] = new(DnsStatus.Ok, [IPAddress.Loopback]);
        dns.Addresses["postmaster.at.example.example.list.example"] = new(DnsStatus.Ok, [IPAddress.Loopback]);
        dns.Names[IPAddress.Parse("192.0.2.20")] = new(DnsStatus.Ok, ["mail.example"]);
        dns.Names[IPAddress.Parse("192.0.2.21")] = new(DnsStatus.Ok, ["mail.example"]);
        dns.Mx["many.example"] = new(DnsStatus.Ok, [.. Enumerable.Range(0, 11).Select(static i => new MxHost(i, "mail.example"))]);
        return dns;
    }

    /// <summary>RFC 7208 appendix A: the same zone.</summary>
    [Theory]
    [InlineData("v=spf1 +all", "192.0.2.65", SpfVerdict.Pass)]
    [InlineData("v=spf1 a -all", "192.0.2.10", SpfVerdict.Pass)]
    [InlineData("v=spf1 a -all", "192.0.2.65", SpfVerdict.Fail)]
    [InlineData("v=spf1 a:example.org -all", "192.0.2.140", SpfVerdict.Fail)]
    [InlineData("v=spf1 mx -all", "192.0.2.129", SpfVerdict.Pass)]
    [InlineData("v=spf1 mx -all", "192.0.2.10", SpfVerdict.Fail)]
    [InlineData("v=spf1 mx:example.org -all", "192.0.2.140", SpfVerdict.Pass)]
    [InlineData("v=spf1 mx mx:example.org -all", "192.0.2.130", SpfVerdict.Pass)]
    [InlineData("v=spf1 mx/30 mx:example.org/30 -all", "192.0.2.131", SpfVerdict.Pass)]
    [InlineData("v=spf1 mx/30 mx:example.org/30 -all", "192.0.2.143", SpfVerdict.Pass)]
    [InlineData("v=spf1 mx/30 mx:example.org/30 -all", "192.0.2.144", SpfVerdict.Fail)]
    [InlineData("v=spf1 ptr -all", "192.0.2.65", SpfVerdict.Pass)]
    [InlineData("v=spf1 ptr -all", "192.0.2.140", SpfVerdict.Fail)]
    [InlineData("v=spf1 ptr -all", "10.0.0.4", SpfVerdict.Fail)]
    [InlineData("v=spf1 ip4:192.0.2.128/28 -all", "192.0.2.65", SpfVerdict.Fail)]
    [InlineData("v=spf1 ip4:192.0.2.128/28 -all", "192.0.2.129", SpfVerdict.Pass)]
    public async Task The_examples_of_the_document_come_out_as_it_says(string record, string client, SpfVerdict verdict)
    {
        var dns = new FixedDns();
        dns.Texts["example.com"] = new(DnsStatus.Ok, [record]);
        dns.Addresses["example.com"] = new(DnsStatus.Ok, [IPAddress.Parse("192.0.2.10"), IPAddress.Parse("192.0.2.11")]);
        dns.Mx["example.com"] = new(DnsStatus.Ok, [new(10, "mail-a.example.com"), new(20, "mail-b.example.com")]);
        dns.Mx["example.org"] = new(DnsStatus.Ok, [new(10, "mail-c.example.org")]);
        foreach ((string name, string address) in ((string, string)[])[("amy.example.com", "192.0.2.65"), ("bob.example.com", "192.0.2.66"), ("mail-a.example.com", "192.0.2.129"), ("mail-b.example.com", "192.0.2.130"), ("mail-c.example.org", "192.0.2.140")])
        {
            dns.Addresses[name] = new(DnsStatus.Ok, [IPAddress.Parse(address)]);
            dns.Names[IPAddress.Parse(address)] = new(DnsStatus.Ok, [name]);
        }
        dns.Names[IPAddress.Parse("10.0.0.4")] = new(DnsStatus.Ok, ["bob.example.com"]);
        Assert.Equal(verdict, (await new Spf(dns).CheckAsync("example.com", IPAddress.Parse(client), default)).Verdict);
    }

    /// <summary>RFC 7208 7.4.</summary>
    [Theory]
    [InlineData("%{s}", "strong-bad@email.example.com")]
    [InlineData("%{o}", "email.example.com")]
    [InlineData("%{d4}", "email.example.com")]
    [InlineData("%{d2}", "example.com")]
    [InlineData("%{dr}", "com.example.email")]
    [InlineData("%{d2r}", "example.email")]
    [InlineData("%{l-}", "strong.bad")]
    [InlineData("%{lr-}", "bad.strong")]
    [InlineData("%{l1r-}", "strong")]
    [InlineData("%{S}", "strong-bad%40email.example.com")]
    [InlineData("%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com")]
    [InlineData("%{lr-}.lp.%{ir}.%{v}._spf.%{d2}", "bad.strong.lp.3.2.0.192.in-addr._spf.example.com")]
    [InlineData("%{c} %%%_%-", "192.0.2.3 % %20")]
    [InlineData("%{p} %{h} %{r} %{t}", "mx.example.org hi.example mail.bcd.com 0")]
    [InlineData("%(d)", null)]
    [InlineData("%{d0}", null)]
    [InlineData("%{d", null)]
    public void Macros_expand(string text, string? expanded)
    {
        var question = new SpfQuestion("email.example.com", IPAddress.Parse("192.0.2.3")) { LocalPart = "strong-bad", Helo = "hi.example", Receiver = "mail.bcd.com", Time = DateTimeOffset.UnixEpoch };
        Assert.Equal(expanded, SpfMacro.Expand(text, new SpfLetters(question, "email.example.com", "mx.example.org").Value));
    }

    [Fact]
    public void An_IPv6_client_is_spelt_by_nibbles() =>
        Assert.Equal("1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6._spf.example.com",
            SpfMacro.Expand("%{ir}.%{v}._spf.%{d2}", new SpfLetters(new("email.example.com", IPAddress.Parse("2001:db8::cb01")), "email.example.com", "").Value));

    [Fact]
    public async Task A_refused_client_is_told_the_domains_words()
    {
        FixedDns dns = Dns("v=spf1 include:other.example -all exp=why.%{d}");
        dns.Texts["why.example.example"] = new(DnsStatus.Ok, ["%{c} may not send for %{d}"]);
        Assert.Equal("192.0.2.1 may not send for example.example", (await new Spf(dns).CheckAsync("example.example", IPAddress.Parse("192.0.2.1"), default)).Explanation);
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("[192.0.2.1]")]
    [InlineData("192.0.2.1")]
    [InlineData("a..example")]
    public async Task What_is_no_domain_has_no_policy(string domain) =>
        Assert.Equal(SpfVerdict.None, (await new Spf(Dns("v=spf1 -all")).CheckAsync(domain, IPAddress.Loopback, default)).Verdict);
}
