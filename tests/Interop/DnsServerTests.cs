using System.Net;
using DirMail.Wire;
using Xunit;

namespace DirMail.Interop;

/// <summary>Our resolver client and SPF against a real name server.</summary>
public sealed class DnsServerTests : IAsyncLifetime
{
    private Nsd _nsd = null!;
    private DnsClient _dns = null!;

    public async Task InitializeAsync()
    {
        _nsd = await Nsd.StartAsync(new Dictionary<string, string>
        {
            ["sender.test"] = $$"""
                @ IN TXT "v=spf1 a:out.sender.test include:part.sender.test exists:%{ir}.%{v}.listed.sender.test mx " "redirect=rest.sender.test"
                out IN CNAME out1
                out1 IN CNAME out2
                out2 IN A 192.0.2.1
                part IN TXT "v=spf1 ip4:192.0.2.2 ?all"
                4.2.0.192.in-addr.listed IN A 127.0.0.2
                @ IN MX 10 mx
                mx IN AAAA 2001:db8::5
                rest IN TXT "v=spf1 -all exp=why.sender.test"
                why IN TXT "%{i} is not ours"
                long IN TXT {{string.Join(' ', Enumerable.Range(0, 40).Select(i => $"\"{new string((char)('a' + i % 26), 200)}\""))}}
                ring IN CNAME gnir
                gnir IN CNAME ring
                """,
        });
        _dns = new(new() { Servers = [new(IPAddress.Loopback, _nsd.Port)], Rounds = 1 }, TimeProvider.System);
    }

    public async Task DisposeAsync() => await _nsd.DisposeAsync();

    [Theory]
    [InlineData("192.0.2.1", SpfVerdict.Pass)]
    [InlineData("192.0.2.2", SpfVerdict.Pass)]
    [InlineData("192.0.2.4", SpfVerdict.Pass)]
    [InlineData("2001:db8::5", SpfVerdict.Pass)]
    [InlineData("192.0.2.9", SpfVerdict.Fail)]
    public async Task A_policy_is_evaluated(string client, SpfVerdict verdict)
    {
        SpfAnswer answer = await new Spf(_dns).CheckAsync(new SpfQuestion("sender.test", IPAddress.Parse(client)), default);
        Assert.Equal(verdict, answer.Verdict);
        Assert.Equal(verdict == SpfVerdict.Fail ? client + " is not ours" : null, answer.Explanation);
    }

    [Fact]
    public async Task What_does_not_fit_a_packet_comes_over_TCP() =>
        Assert.Equal(40 * 200, Assert.Single((await _dns.TextsAsync("long.sender.test", default)).Texts).Length);

    [Fact]
    public async Task Aliases_are_followed_and_rings_end()
    {
        Assert.Equal(["192.0.2.1"], (await _dns.AddressesAsync("out.sender.test", default)).Addresses.Select(static a => a.ToString()));
        Assert.Equal(DnsStatus.Unavailable, (await _dns.AddressesAsync("ring.sender.test", default)).Status);
    }

    [Fact]
    public async Task What_is_absent_is_told_from_what_does_not_exist_and_from_no_answer()
    {
        Assert.Equal(DnsStatus.NoData, (await _dns.MxAsync("out2.sender.test", default)).Status);
        Assert.Equal(DnsStatus.NoSuchDomain, (await _dns.MxAsync("nobody.sender.test", default)).Status);
        // not a zone of this server: REFUSED
        Assert.Equal(DnsStatus.Unavailable, (await _dns.MxAsync("elsewhere.test", default)).Status);
    }

    /// <summary>Absence is remembered: asked again when the server is gone, the answer is the same.</summary>
    [Fact]
    public async Task Absence_is_remembered()
    {
        Assert.Equal(DnsStatus.NoSuchDomain, (await _dns.TextsAsync("nobody.sender.test", default)).Status);
        await _nsd.StopAsync();
        Assert.Equal(DnsStatus.NoSuchDomain, (await _dns.TextsAsync("nobody.sender.test", default)).Status);
        Assert.Equal(SpfVerdict.TempError, (await new Spf(_dns).CheckAsync("unseen.sender.test", IPAddress.Loopback, default)).Verdict);
    }
}
