using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DirMail.Checks;
using DirMail.Unit.Channels;
using DirMail.Wire;

namespace DirMail.Unit.Executable;

/// <summary>What `dirmail domain check` finds, against a DNS of fixed answers.</summary>
public class DomainCheckTests
{
    private static readonly IPAddress V4 = IPAddress.Parse("203.0.113.10"), V6 = IPAddress.Parse("2001:db8::10");
    private static readonly CheckedDomain Example = new(["example.org", "example.net"], "mail.example.org", [new(V4, null), new(V6, null)]);

    private readonly FixedDns _dns = Right();
    private PresentedCertificate _certificate = new(Made("mail.example.org", 90), true, "");

    [Fact]
    public async Task All_is_well_when_what_is_to_be_published_is()
    {
        IReadOnlyList<Finding> findings = await RunAsync();
        Assert.All(findings, f => Assert.Equal(FindingVerdict.Ok, f.Verdict));
        Assert.Equal(["address", "address", "name", "reverse", "reverse", "MX", "MX", "SPF", "SPF", "SPF", "SPF", "certificate", "certificate"], findings.Select(f => f.Check));
    }

    [Fact]
    public void What_to_publish_are_lines_of_a_zone() => Assert.Equal(
    [
        "mail.example.org. IN A 203.0.113.10",
        "mail.example.org. IN AAAA 2001:db8::10",
        "10.113.0.203.in-addr.arpa. IN PTR mail.example.org.",
        "0.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa. IN PTR mail.example.org.",
        "example.org. IN MX 10 mail.example.org.",
        "example.net. IN MX 10 mail.example.org.",
        "example.org. IN TXT \"v=spf1 ip4:203.0.113.10 ip6:2001:db8::10 -all\"",
        "example.net. IN TXT \"v=spf1 ip4:203.0.113.10 ip6:2001:db8::10 -all\"",
        "mail.example.org. IN TXT \"v=spf1 a -all\"",
    ], ZoneLines.Of(Example));

    [Fact]
    public async Task An_address_that_is_not_here_is_wrong()
    {
        IReadOnlyList<Finding> findings = await RunAsync(Example with { Addresses = [new(V4, "not on this host"), new(V6, null)] });
        Assert.Equal(FindingVerdict.Wrong, findings[0].Verdict);
        Assert.Contains("ip address add 203.0.113.10", findings[0].Advice, StringComparison.Ordinal);
        Assert.Single(findings, f => f.Check == "certificate");
    }

    [Theory]
    [InlineData("127.0.70.1")]
    [InlineData("192.168.1.2")]
    [InlineData("fd00::1")]
    public async Task An_address_that_nobody_outside_reaches_is_for_the_operator_to_judge(string address) =>
        Assert.Equal(FindingVerdict.Unknown, (await RunAsync(Example with { Addresses = [new(IPAddress.Parse(address), null)] }))[0].Verdict);

    [Fact]
    public async Task A_missing_or_strange_address_of_the_name_is_wrong()
    {
        _dns.Addresses["mail.example.org"] = new(DnsStatus.Ok, [V4]);
        Assert.Equal("publish AAAA 2001:db8::10", Wrong(await RunAsync(), "name").Advice);
        _dns.Addresses["mail.example.org"] = new(DnsStatus.Ok, [V4, V6, IPAddress.Parse("198.51.100.1")]);
        Assert.StartsWith("198.51.100.1 is not the domain's", Wrong(await RunAsync(), "name").Advice, StringComparison.Ordinal);
        _dns.Addresses.Remove("mail.example.org");
        Assert.Equal("does not exist", Wrong(await RunAsync(), "name").Found);
    }

    [Fact]
    public async Task A_host_without_a_full_name_is_told_the_setting() =>
        Assert.Contains("set host.name", Wrong(await RunAsync(Example with { HostName = "vm" }), "name").Advice, StringComparison.Ordinal);

    [Fact]
    public async Task The_reverse_name_must_be_the_announced_one()
    {
        _dns.Names[V4] = new(DnsStatus.Ok, ["host10.provider.example"]);
        Finding finding = Wrong(await RunAsync(), "reverse");
        Assert.Equal(("203.0.113.10", "host10.provider.example"), (finding.Subject, finding.Found));
    }

    [Fact]
    public async Task Mail_exchangers_must_lead_here()
    {
        _dns.Mx["example.net"] = new(DnsStatus.Ok, [new(10, "mx.elsewhere.example")]);
        Assert.Equal("publish example.net. MX 10 mail.example.org.", Wrong(await RunAsync(), "MX").Advice);
        _dns.Mx["example.net"] = new(DnsStatus.Ok, [], IsNullMx: true);
        Assert.Contains("null MX", Wrong(await RunAsync(), "MX").Found, StringComparison.Ordinal);
        _dns.Mx.Remove("example.net");
        Wrong(await RunAsync(), "MX");
        // one of several, or another name of ours
        _dns.Mx["example.net"] = new(DnsStatus.Ok, [new(5, "filter.example"), new(10, "alias.example.org")]);
        Finding other = (await RunAsync()).Last(f => f.Check == "MX");
        Assert.Equal(FindingVerdict.Ok, other.Verdict);
        Assert.Contains("filter.example is not this host", other.Found, StringComparison.Ordinal);
        // without MX the domain's own address counts (RFC 5321 5.1)
        _dns.Mx["example.net"] = new(DnsStatus.NoData, []);
        _dns.Addresses["example.net"] = new(DnsStatus.Ok, [V6]);
        Assert.Equal(FindingVerdict.Ok, (await RunAsync()).Last(f => f.Check == "MX").Verdict);
    }

    [Fact]
    public async Task The_sender_policy_must_allow_each_address()
    {
        _dns.Texts["example.org"] = new(DnsStatus.Ok, ["v=spf1 ip4:203.0.113.10 -all"]);
        Finding finding = Wrong(await RunAsync(), "SPF");
        Assert.Equal("example.org from 2001:db8::10", finding.Subject);
        Assert.StartsWith("put ip6:2001:db8::10 into the record", finding.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_DNS_does_not_answer_is_unknown()
    {
        _dns.Addresses["mail.example.org"] = new(DnsStatus.Unavailable, []);
        _dns.Names[V4] = new(DnsStatus.Unavailable, []);
        _dns.Mx["example.net"] = new(DnsStatus.Unavailable, []);
        _dns.Texts["example.net"] = new(DnsStatus.Unavailable, []);
        IReadOnlyList<Finding> findings = await RunAsync();
        Assert.DoesNotContain(findings, f => f.Verdict == FindingVerdict.Wrong);
        Assert.Equal(["name", "reverse", "MX", "SPF", "SPF"], findings.Where(f => f.Verdict == FindingVerdict.Unknown).Select(f => f.Check));
    }

    [Fact]
    public async Task The_certificate_must_be_for_the_name_and_in_time()
    {
        _certificate = new(Made("mail.example.com", 90), true, "");
        Assert.Contains("not for mail.example.org", Wrong(await RunAsync(), "certificate").Advice, StringComparison.Ordinal);
        _certificate = new(Made("mail.example.org", 5), true, "");
        Assert.Equal("renew it", Wrong(await RunAsync(), "certificate").Advice);
        _certificate = new(Made("mail.example.org", 90), false, "");
        Assert.Equal(FindingVerdict.Unknown, (await RunAsync())[^1].Verdict);
        _certificate = new(null, false, "connection refused");
        Assert.Contains("connection refused", (await RunAsync())[^1].Found, StringComparison.Ordinal);
    }

    private Task<IReadOnlyList<Finding>> RunAsync(CheckedDomain? domain = null) => new DomainCheck(_dns, (_, _, _) => Task.FromResult(_certificate)).RunAsync(domain ?? Example, default);

    private static Finding Wrong(IReadOnlyList<Finding> findings, string check)
    {
        Finding first = findings.First(f => f.Verdict == FindingVerdict.Wrong);
        Assert.Equal(check, first.Check);
        return first;
    }

    private static FixedDns Right()
    {
        var dns = new FixedDns();
        dns.Addresses["mail.example.org"] = dns.Addresses["alias.example.org"] = new(DnsStatus.Ok, [V4, V6]);
        dns.Names[V4] = dns.Names[V6] = new(DnsStatus.Ok, ["mail.example.org"]);
        foreach (string name in Example.Names)
        {
            dns.Mx[name] = new(DnsStatus.Ok, [new(10, "mail.example.org")]);
            dns.Texts[name] = new(DnsStatus.Ok, ["v=spf1 ip4:203.0.113.10 ip6:2001:db8::10 -all"]);
        }
        return dns;
    }

    private static X509Certificate2 Made(string name, int days)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(days));
    }
}
