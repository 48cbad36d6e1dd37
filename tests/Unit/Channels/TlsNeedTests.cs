using System.Security.Cryptography;
using DirMail.Channels.Smtp;
using DirMail.Mail;
using DirMail.Wire;

namespace DirMail.Unit.Channels;

/// <summary>Servers whose domain asks for TLS get mail under it or not at all.</summary>
public sealed class TlsNeedTests
{
    private const string Host = "mx0.example.com";

    private readonly FixedDns _dns = FixedDns.For(Outgoing.Domain, "127.0.0.1");
    private readonly ShownCertificate _own = new(Host);

    [Fact]
    public async Task A_policy_is_kept_with_a_certificate_for_the_server()
    {
        await using ScriptedServer server = Server(_own);
        await using SmtpChannel channel = Channel(server, Policy("enforce"));
        Assert.Equal("delivered", await SendAsync(channel));
        Assert.Equal([true], server.Protected);
    }

    [Fact]
    public async Task Whether_there_is_a_policy_is_asked_beside_the_servers()
    {
        _dns.BeforeMx = _dns.TextAsked.Task;
        await using ScriptedServer server = Server(_own);
        await using SmtpChannel channel = Channel(server, Policy("enforce"));
        Assert.Equal("delivered", await SendAsync(channel));
    }

    [Theory]
    [InlineData("other.example.com", true)]
    [InlineData(Host, false)]
    public async Task A_wrong_certificate_gets_no_mail(string name, bool isTrusted)
    {
        var shown = new ShownCertificate(name);
        await using ScriptedServer server = Server(shown);
        await using SmtpChannel channel = Channel(server, Policy("enforce"), isTrusted ? shown : _own);
        Assert.Equal("deferred 4.7.5", await SendAsync(channel));
        Assert.Empty(server.Protected);
    }

    [Fact]
    public async Task A_server_without_tls_gets_no_mail_though_it_would_take_it()
    {
        await using ScriptedServer server = Server(null);
        await using SmtpChannel channel = Channel(server, Policy("enforce"));
        Assert.Equal("deferred 4.7.5", await SendAsync(channel));
        Assert.Empty(server.Protected);
    }

    /// <summary>Whoever is on the way can take EHLO away as well as STARTTLS.</summary>
    [Fact]
    public async Task A_server_that_knows_helo_alone_gets_no_mail_where_tls_is_asked_for()
    {
        await using var server = new ScriptedServer { Certificate = _own, Answers = { ["EHLO"] = "502 5.5.1 unknown" } };
        await using SmtpChannel channel = Channel(server, Policy("enforce"));
        Assert.Equal("deferred 4.7.5", await SendAsync(channel));
        Assert.Empty(server.Protected);
    }

    [Fact]
    public async Task A_server_that_the_policy_does_not_name_is_not_even_connected_to()
    {
        await using ScriptedServer server = Server(_own);
        await using SmtpChannel channel = Channel(server, Policy("enforce", "other.example.com"));
        Assert.Equal("deferred 4.7.5", await SendAsync(channel));
        Assert.Empty(server.Clients);
    }

    [Fact]
    public async Task A_policy_under_test_stops_nothing()
    {
        await using ScriptedServer server = Server(null);
        await using SmtpChannel channel = Channel(server, Policy("testing", "other.example.com"));
        Assert.Equal("delivered", await SendAsync(channel));
        Assert.Equal([false], server.Protected);
    }

    [Theory]
    [InlineData(true, true, "delivered")]
    [InlineData(true, false, "deferred 4.7.5")]
    [InlineData(false, false, "delivered")]
    public async Task Records_in_dns_decide_when_dns_can_be_trusted(bool isAuthentic, bool matches, string outcome)
    {
        Publish(isAuthentic, matches ? _own : new ShownCertificate(Host));
        await using ScriptedServer server = Server(_own);
        await using SmtpChannel channel = Channel(server, null);
        Assert.Equal(outcome, await SendAsync(channel));
        Assert.Equal(outcome == "delivered" ? [true] : [], server.Protected);
    }

    [Fact]
    public async Task A_policy_does_not_make_up_for_records_that_do_not_match()
    {
        Publish(isAuthentic: true, new ShownCertificate(Host));
        await using ScriptedServer server = Server(_own);
        await using SmtpChannel channel = Channel(server, Policy("enforce"));
        Assert.Equal("deferred 4.7.5", await SendAsync(channel));
    }

    [Fact]
    public async Task Records_that_cannot_be_had_may_be_there()
    {
        Publish(isAuthentic: true, _own);
        _dns.Tlsa[Host] = new(DnsStatus.Unavailable, false, []);
        await using ScriptedServer server = Server(_own);
        await using SmtpChannel channel = Channel(server, null);
        Assert.Equal("deferred 4.7.5", await SendAsync(channel));
        Assert.Empty(server.Clients);
    }

    [Fact]
    public async Task A_connection_kept_without_a_check_is_not_used_where_one_is_asked_for()
    {
        await using ScriptedServer server = Server(new ShownCertificate(Host));
        await using SmtpChannel channel = Channel(server, Policy("enforce"), _own, kept: 10);
        TextAnswer record = _dns.Texts["_mta-sts." + Outgoing.Domain];
        _dns.Texts.Clear();
        Assert.Equal("delivered", await SendAsync(channel));
        _dns.Texts["_mta-sts." + Outgoing.Domain] = record;
        Assert.Equal("deferred 4.7.5", await SendAsync(channel));
        Assert.Single(server.Protected);
    }

    private static async Task<string> SendAsync(SmtpChannel channel)
    {
        Outcome[] outcomes = await channel.RunAsync(Outgoing.Mail("Subject: x\r\n\r\nhello\r\n", "joe@example.com"));
        return Assert.Single(outcomes).Short();
    }

    private static ScriptedServer Server(ShownCertificate? certificate) => new() { Certificate = certificate };

    private SmtpChannel Channel(ScriptedServer server, string? policy, ShownCertificate? trusted = null, int kept = 0)
    {
        if (policy is not null)
            _dns.Texts["_mta-sts." + Outgoing.Domain] = new(DnsStatus.Ok, ["v=STSv1; id=1;"]);
        return Outgoing.Channel(_dns, server.Endpoint.Port, settings => settings with { StsSource = new Fixed(policy), Authorities = [(trusted ?? _own).Authority], MaxKept = kept });
    }

    private static string Policy(string mode, string host = Host) => $"version: STSv1\nmode: {mode}\nmx: {host}\nmax_age: 3600\n";

    private void Publish(bool isAuthentic, ShownCertificate key)
    {
        _dns.Mx[Outgoing.Domain] = _dns.Mx[Outgoing.Domain] with { IsAuthentic = isAuthentic };
        _dns.Addresses[Host] = _dns.Addresses[Host] with { IsAuthentic = isAuthentic };
        _dns.Tlsa[Host] = new(DnsStatus.Ok, isAuthentic, [new(3, 1, 1, [.. SHA256.HashData(key.Own.PublicKey.ExportSubjectPublicKeyInfo())])]);
    }

    private sealed class Fixed(string? text) : IStsSource
    {
        public Task<string?> FetchAsync(string domain, CancellationToken cancellationToken) => Task.FromResult(text);
    }
}
