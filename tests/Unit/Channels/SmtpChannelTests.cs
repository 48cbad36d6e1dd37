using System.Net;
using DirMail.Channels.Smtp;
using DirMail.Mail;
using DirMail.Store;
using DirMail.Unit.Wire;
using DirMail.Wire;

namespace DirMail.Unit.Channels;

public sealed class SmtpChannelTests
{
    private const string Message = "Subject: hello\r\n\r\nHello.\r\n";

    [Fact]
    public async Task A_bound_identity_leaves_from_its_address_and_says_its_name()
    {
        await using var server = new ScriptedServer();
        await using SmtpChannel channel = Outgoing.Channel(FixedDns.For(Outgoing.Domain, "127.0.0.1"), server.Endpoint.Port);
        Outcome outcome = (await channel.RunAsync(Outgoing.Mail(Message, "joe@example.com")))[0];
        Assert.Equal("mx0.example.com [127.0.0.1]: 250 2.0.0 taken", outcome.Reason());
        Assert.Equal(IPAddress.Parse("127.0.70.1"), server.Clients.Single().Address);
        Assert.Equal("EHLO mail.abc.com", server.Heard.First());
    }

    [Fact]
    public async Task An_address_that_is_not_here_defers_and_never_leaves_otherwise()
    {
        await using var server = new ScriptedServer();
        await using SmtpChannel channel = Outgoing.Channel(FixedDns.For(Outgoing.Domain, "127.0.0.1", "127.0.0.1"), server.Endpoint.Port);
        OutgoingIdentity elsewhere = Outgoing.Bound with { V4 = IPAddress.Parse("192.0.2.77") };
        Outcome outcome = (await channel.RunAsync(Outgoing.Mail(Message, elsewhere, "joe@example.com")))[0];
        Assert.Equal("deferred 4.3.5", outcome.Short());
        Assert.Equal("source address not available: 192.0.2.77", outcome.Reason());
        Assert.Empty(server.Clients);
    }

    [Fact]
    public async Task Without_an_address_of_the_destinations_family_the_next_address_or_time_is_waited_for()
    {
        await using var server = new ScriptedServer();
        OutgoingIdentity onlyV6 = Outgoing.Bound with { V4 = null, V6 = IPAddress.IPv6Loopback };
        await using SmtpChannel v4Only = Outgoing.Channel(FixedDns.For(Outgoing.Domain, "127.0.0.1"), server.Endpoint.Port);
        Assert.Equal("deferred 4.4.4", (await v4Only.RunAsync(Outgoing.Mail(Message, onlyV6, "joe@example.com")))[0].Short());
        await using SmtpChannel both = Outgoing.Channel(FixedDns.For(Outgoing.Domain, "::1", "127.0.0.1"), server.Endpoint.Port);
        Assert.Equal("delivered", (await both.RunAsync(Outgoing.Mail(Message, "joe@example.com")))[0].Short());
        Assert.Single(server.Clients);
    }

    [Fact]
    public async Task The_hosts_own_mail_never_leaves_from_a_virtual_address()
    {
        await using var server = new ScriptedServer();
        FixedDns dns = FixedDns.For(Outgoing.Domain, "127.0.0.3");
        await using var far = new ScriptedServer("127.0.0.3", server.Endpoint.Port);
        IPAddress chosen = IPAddress.Parse("127.0.0.1");
        await using SmtpChannel channel = Outgoing.Channel(dns, server.Endpoint.Port, isVirtual: chosen.Equals);
        Outcome outcome = (await channel.RunAsync(Outgoing.Mail(Message, Outgoing.Unbound, "joe@example.com")))[0];
        Assert.Equal("deferred 4.3.5", outcome.Short());
        Assert.Contains("hostAddress", outcome.Reason(), StringComparison.Ordinal);
        Assert.Empty(far.Heard);
        await using SmtpChannel told = Outgoing.Channel(dns, server.Endpoint.Port, static settings => settings with { HostAddress = IPAddress.Parse("127.0.70.8") }, chosen.Equals);
        Assert.Equal("delivered", (await told.RunAsync(Outgoing.Mail(Message, Outgoing.Unbound, "joe@example.com")))[0].Short());
        Assert.Equal(IPAddress.Parse("127.0.70.8"), far.Clients.Last().Address);
        Assert.Equal("EHLO host.local", far.Heard.First());
    }

    /// <summary>By a fixed way, since an address of ours is no mail exchanger.</summary>
    [Fact]
    public async Task Nor_from_a_virtual_address_of_the_other_family()
    {
        await using var far = new ScriptedServer("::1");
        await using SmtpChannel channel = Outgoing.Channel(new FixedDns(), 25, settings => settings with { Routes = new([new("*", "smtp", "::1", far.Endpoint.Port)]) }, IPAddress.IPv6Loopback.Equals);
        Assert.Equal("deferred 4.3.5", (await channel.RunAsync(Outgoing.Mail(Message, Outgoing.Unbound, "joe@example.com")))[0].Short());
        Assert.Empty(far.Heard);
        OutgoingIdentity owner = Outgoing.Bound with { V4 = null, V6 = IPAddress.IPv6Loopback };
        Assert.Equal("delivered", (await channel.RunAsync(Outgoing.Mail(Message, owner, "joe@example.com")))[0].Short());
    }

    [Fact]
    public async Task No_source_address_keeps_more_than_half_of_the_connections()
    {
        await using var first = new ScriptedServer();
        await using var second = new ScriptedServer("127.0.0.2", first.Endpoint.Port);
        var dns = new FixedDns { Addresses = { ["one.test"] = new(DnsStatus.Ok, [IPAddress.Loopback]), ["two.test"] = new(DnsStatus.Ok, [IPAddress.Parse("127.0.0.2")]) }, Mx = { ["one.test"] = new(DnsStatus.NoData, []), ["two.test"] = new(DnsStatus.NoData, []) } };
        await using SmtpChannel channel = Outgoing.Channel(dns, first.Endpoint.Port, static settings => settings with { MaxKept = 2, KeepIdle = TimeSpan.FromMinutes(1) });
        OutgoingIdentity other = Outgoing.Bound with { V4 = IPAddress.Parse("127.0.70.2") };
        foreach ((string to, OutgoingIdentity identity) in ((string, OutgoingIdentity)[])[("one.test", Outgoing.Bound), ("two.test", Outgoing.Bound), ("one.test", other), ("one.test", Outgoing.Bound), ("one.test", other), ("two.test", Outgoing.Bound)])
            Assert.Equal("delivered", Assert.Single(await channel.RunAsync(Outgoing.Mail(Message, identity, "joe@" + to).With(message => message with { Destination = to }))).Short());
        // each kept its one to the first server; the second's were one each time
        Assert.Equal((2, 2), (first.Clients.Count, second.Clients.Count));
    }

    /// <summary>RFC 5321 4.5.3.1.10: those who were too many go in the next transaction, not in the next attempt.</summary>
    [Theory]
    [InlineData("PIPELINING")]
    [InlineData("SIZE")]
    public async Task A_server_that_takes_few_recipients_at_once_gets_all_of_them(string offer)
    {
        await using var server = new ScriptedServer { Offers = [offer], MostRecipients = 3, Answers = { ["RCPT TO:<no"] = "550 5.1.1 unknown" } };
        await using SmtpChannel channel = Outgoing.Channel(FixedDns.For(Outgoing.Domain, "127.0.0.1"), server.Endpoint.Port);
        Outcome[] outcomes = await channel.RunAsync(Outgoing.Mail(Message, "a@example.com", "no@example.com", "b@example.com", "c@example.com", "d@example.com", "e@example.com", "f@example.com"));
        Assert.Equal(["delivered", "failed 5.1.1", "delivered", "delivered", "delivered", "delivered", "delivered"], outcomes.Select(Outgoing.Short));
        Assert.Equal(3, server.Contents.Count);
        Assert.Single(server.Clients);
    }

    [Fact]
    public async Task A_server_that_takes_nobody_is_not_asked_again_at_once()
    {
        await using var server = new ScriptedServer { MostRecipients = 0 };
        await using SmtpChannel channel = Outgoing.Channel(FixedDns.For(Outgoing.Domain, "127.0.0.1"), server.Endpoint.Port);
        Assert.Equal(["deferred 4.5.3", "deferred 4.5.3"], (await channel.RunAsync(Outgoing.Mail(Message, "a@example.com", "b@example.com"))).Select(Outgoing.Short));
        Assert.Single(server.Heard, static line => line.StartsWith("MAIL", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_host_that_takes_connections_and_says_nothing_is_left_alone_after_three()
    {
        await using var server = new ScriptedServer { Greeting = ScriptedServer.Silence };
        await using SmtpChannel channel = Outgoing.Channel(FixedDns.For(Outgoing.Domain, "127.0.0.1"), server.Endpoint.Port, static settings => settings with { Reply = TimeSpan.FromMilliseconds(50) });
        for (int i = 0; i < 4; i++)
            Assert.Equal(i < 3 ? "deferred 4.4.2" : "deferred 4.4.1", (await channel.RunAsync(Outgoing.Mail(Message, "joe@example.com")))[0].Short());
        Assert.Equal(3, server.Clients.Count);
    }

    [Fact]
    public async Task After_4xx_the_next_host_gets_those_without_an_end()
    {
        await using var first = new ScriptedServer("127.0.0.2") { Answers = { ["RCPT TO:<joe"] = "450 4.2.1 later", ["RCPT TO:<lee"] = "550 5.1.1 unknown" } };
        await using var second = new ScriptedServer("127.0.0.3", first.Endpoint.Port);
        await using SmtpChannel channel = Outgoing.Channel(FixedDns.For(Outgoing.Domain, "127.0.0.2", "127.0.0.3"), first.Endpoint.Port);
        Outcome[] all = await channel.RunAsync(Outgoing.Mail(Message, "joe@example.com", "lee@example.com"));
        Assert.Equal(["delivered", "failed 5.1.1"], all.Select(Outgoing.Short));
        Assert.DoesNotContain(second.Heard, static line => line.Contains("lee", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Once_the_content_has_left_no_other_host_is_tried()
    {
        await using var first = new ScriptedServer("127.0.0.2") { Answers = { ["."] = ScriptedServer.Drop } };
        await using var second = new ScriptedServer("127.0.0.3", first.Endpoint.Port);
        await using SmtpChannel channel = Outgoing.Channel(FixedDns.For(Outgoing.Domain, "127.0.0.2", "127.0.0.3"), first.Endpoint.Port);
        Assert.Equal("deferred 4.4.2", (await channel.RunAsync(Outgoing.Mail(Message, "joe@example.com")))[0].Short());
        Assert.Empty(second.Clients);
    }

    [Theory]
    [InlineData("554 5.7.1 go away", "delivered")]
    [InlineData("450 4.7.1 busy", "delivered")]
    [InlineData(ScriptedServer.Drop, "delivered")]
    public async Task A_host_that_refuses_to_talk_is_passed_over(string greeting, string expected)
    {
        await using var first = new ScriptedServer("127.0.0.2") { Greeting = greeting };
        await using var second = new ScriptedServer("127.0.0.3", first.Endpoint.Port);
        await using SmtpChannel channel = Outgoing.Channel(FixedDns.For(Outgoing.Domain, "127.0.0.2", "127.0.0.4", "127.0.0.3"), first.Endpoint.Port);
        Assert.Equal(expected, (await channel.RunAsync(Outgoing.Mail(Message, "joe@example.com")))[0].Short());
    }

    [Fact]
    public async Task A_refusal_for_good_counts_only_when_no_other_host_leaves_hope()
    {
        await using var first = new ScriptedServer("127.0.0.2") { Greeting = "554 5.7.1 go away" };
        await using SmtpChannel channel = Outgoing.Channel(FixedDns.For(Outgoing.Domain, "127.0.0.2", "127.0.0.4"), first.Endpoint.Port);
        Assert.Equal("deferred 4.4.1", (await channel.RunAsync(Outgoing.Mail(Message, "joe@example.com")))[0].Short());
    }

    [Theory]
    [InlineData(DnsStatus.NoSuchDomain, false, "failed 5.1.2")]
    [InlineData(DnsStatus.Unavailable, false, "deferred 4.4.3")]
    [InlineData(DnsStatus.Ok, true, "failed 5.1.10")]
    [InlineData(DnsStatus.NoData, false, "failed 5.1.2")]
    public async Task What_dns_says_decides_before_anything_is_sent(DnsStatus status, bool nullMx, string expected)
    {
        var dns = new FixedDns { Mx = { [Outgoing.Domain] = new(status, [], nullMx) } };
        await using SmtpChannel channel = Outgoing.Channel(dns, 1);
        Assert.Equal([expected, expected], (await channel.RunAsync(Outgoing.Mail(Message, "joe@example.com", "kim@example.com"))).Select(Outgoing.Short));
    }

    [Fact]
    public async Task Without_mx_the_domain_itself_is_the_host()
    {
        await using var server = new ScriptedServer();
        var dns = new FixedDns { Mx = { [Outgoing.Domain] = new(DnsStatus.NoData, []) }, Addresses = { [Outgoing.Domain] = new(DnsStatus.Ok, [IPAddress.Loopback]) } };
        await using SmtpChannel channel = Outgoing.Channel(dns, server.Endpoint.Port);
        Assert.Equal("delivered", (await channel.RunAsync(Outgoing.Mail(Message, "joe@example.com")))[0].Short());
    }

    [Fact]
    public async Task A_loop_to_ourselves_fails_and_worse_hosts_are_not_asked()
    {
        await using var server = new ScriptedServer("127.0.0.3");
        IPAddress ours = IPAddress.Parse("127.0.70.5");
        await using SmtpChannel best = Outgoing.Channel(FixedDns.For(Outgoing.Domain, ours.ToString(), "127.0.0.3"), server.Endpoint.Port, isVirtual: ours.Equals);
        Assert.Equal("failed 5.4.6", (await best.RunAsync(Outgoing.Mail(Message, "joe@example.com")))[0].Short());
        Assert.Empty(server.Clients);
        await using SmtpChannel second = Outgoing.Channel(FixedDns.For(Outgoing.Domain, "127.0.0.3", ours.ToString()), server.Endpoint.Port, isVirtual: ours.Equals);
        Assert.Equal("delivered", (await second.RunAsync(Outgoing.Mail(Message, "joe@example.com")))[0].Short());
        // behind a translator of addresses only the name tells
        await using SmtpChannel named = Outgoing.Channel(FixedDns.For(Outgoing.Domain, "127.0.0.3"), server.Endpoint.Port, static settings => settings with { HostName = "MX0.example.com" });
        Assert.Equal("failed 5.4.6", (await named.RunAsync(Outgoing.Mail(Message, "joe@example.com")))[0].Short());
    }

    [Fact]
    public async Task Tls_is_used_when_offered_and_plain_text_when_it_fails()
    {
        await using var folder = new TemporaryFolder();
        SelfMadeCertificate certificate = SelfMadeCertificate.LoadOrMake(folder.Path, "mx.example.com", TimeProvider.System);
        await using var good = new ScriptedServer { Certificate = certificate };
        await using SmtpChannel toGood = Outgoing.Channel(FixedDns.For(Outgoing.Domain, "127.0.0.1"), good.Endpoint.Port);
        Assert.Equal("delivered", (await toGood.RunAsync(Outgoing.Mail(Message, "joe@example.com")))[0].Short());
        Assert.Equal([true], good.Protected);
        await using var bad = new ScriptedServer { Offers = ["STARTTLS", "PIPELINING"] };
        await using SmtpChannel toBad = Outgoing.Channel(FixedDns.For(Outgoing.Domain, "127.0.0.1"), bad.Endpoint.Port);
        Assert.Equal("delivered", (await toBad.RunAsync(Outgoing.Mail(Message, "joe@example.com")))[0].Short());
        Assert.Equal([false], bad.Protected);
        Assert.Equal(2, bad.Clients.Count);
        await using var unwilling = new ScriptedServer { Offers = ["STARTTLS"], Answers = { ["STARTTLS"] = "454 4.7.0 not now" } };
        await using SmtpChannel toUnwilling = Outgoing.Channel(FixedDns.For(Outgoing.Domain, "127.0.0.1"), unwilling.Endpoint.Port);
        Assert.Equal("delivered", (await toUnwilling.RunAsync(Outgoing.Mail(Message, "joe@example.com")))[0].Short());
        Assert.Single(unwilling.Clients);
    }

    /// <summary>RFC 8689: no TLS, no certificate that anyone has signed: nothing is sent, not even in plain text.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_requires_TLS_goes_to_nobody_without_proof(bool tls)
    {
        await using var folder = new TemporaryFolder();
        await using var server = new ScriptedServer { Certificate = tls ? SelfMadeCertificate.LoadOrMake(folder.Path, "mx.example.com", TimeProvider.System) : null, Offers = ["REQUIRETLS", "PIPELINING"] };
        await using SmtpChannel channel = Outgoing.Channel(FixedDns.For(Outgoing.Domain, "127.0.0.1"), server.Endpoint.Port);
        Outcome outcome = (await channel.RunAsync(Outgoing.Mail(Message, "joe@example.com").With(static message => message with { Wishes = new() { RequireTls = true } }))).Single();
        Assert.Equal("failed 5.7.30", outcome.Short());
        Assert.Contains(tls ? "the certificate is not trusted" : "does not offer STARTTLS", outcome.Reason(), StringComparison.Ordinal);
        Assert.Empty(server.Protected);
        Assert.Single(server.Clients);
    }

    [Fact]
    public async Task Connections_are_kept_for_the_same_identity_only()
    {
        await using var server = new ScriptedServer();
        await using SmtpChannel channel = Outgoing.Channel(FixedDns.For(Outgoing.Domain, "127.0.0.1"), server.Endpoint.Port, static settings => settings with { MaxKept = 5 });
        for (int i = 0; i < 3; i++)
            Assert.Equal("delivered", (await channel.RunAsync(Outgoing.Mail(Message, "joe@example.com")))[0].Short());
        Assert.Single(server.Clients);
        OutgoingIdentity other = Outgoing.Bound with { HostName = "mail.bcd.com", V4 = IPAddress.Parse("127.0.70.2") };
        Assert.Equal("delivered", (await channel.RunAsync(Outgoing.Mail(Message, other, "joe@example.com")))[0].Short());
        Assert.Equal([IPAddress.Parse("127.0.70.1"), IPAddress.Parse("127.0.70.2")], server.Clients.Select(static client => client.Address));
        Assert.Equal(4, server.Contents.Count);
    }

    [Fact]
    public async Task A_kept_connection_that_died_costs_nothing()
    {
        await using var flaky = new ScriptedServer();
        await using SmtpChannel channel = Outgoing.Channel(FixedDns.For(Outgoing.Domain, "127.0.0.1"), flaky.Endpoint.Port, static settings => settings with { MaxKept = 5 });
        Assert.Equal("delivered", (await channel.RunAsync(Outgoing.Mail(Message, "joe@example.com")))[0].Short());
        flaky.Answers["MAIL"] = ScriptedServer.Drop;
        Outcome outcome = (await channel.RunAsync(Outgoing.Mail(Message, "joe@example.com")))[0];
        // the kept connection dropped at MAIL, so a new one was opened, which dropped too and is told
        Assert.Equal("deferred 4.4.2", outcome.Short());
        Assert.Equal(2, flaky.Clients.Count);
    }

    [Fact]
    public async Task Kept_connections_are_closed_when_idle()
    {
        await using var server = new ScriptedServer();
        await using SmtpChannel channel = Outgoing.Channel(FixedDns.For(Outgoing.Domain, "127.0.0.1"), server.Endpoint.Port, static settings => settings with { MaxKept = 5, KeepIdle = TimeSpan.FromMilliseconds(50) });
        await channel.RunAsync(Outgoing.Mail(Message, "joe@example.com"));
        for (int i = 0; i < 500 && !server.Heard.Contains("QUIT"); i++)
            await Task.Delay(10);
        Assert.Contains("QUIT", server.Heard);
    }
}
