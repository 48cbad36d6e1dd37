using System.Net;
using DirMail.Channels.Smtp;
using DirMail.Transfer;
using DirMail.Wire;

namespace DirMail.Unit.Channels;

/// <summary>A host that has as many connections as it may is waited for, not tried, and not gone round.</summary>
public sealed class FullHostTests
{
    private const string Message = "Subject: hello\r\n\r\nHello.\r\n";

    private static readonly IPAddress First = IPAddress.Parse("127.0.0.2"), Second = IPAddress.Parse("127.0.0.3");

    [Fact]
    public async Task Nothing_is_attempted_at_it_and_the_host_is_named()
    {
        await using var server = new ScriptedServer("127.0.0.2");
        await using SmtpChannel channel = Outgoing.Channel(FixedDns.For(Outgoing.Domain, "127.0.0.2", "127.0.0.3"), server.Endpoint.Port);
        List<IPEndPoint> asked = [];
        Delivery full = Outgoing.Mail(Message, "joe@example.com", "lee@example.com") with { TryEnter = host => Noted(asked, host) && false };
        Assert.Equal([server.Endpoint, server.Endpoint], (await channel.DeliverAsync(full, CancellationToken.None)).Select(static attempt => attempt.FullHost));
        // the second is for when the first fails
        Assert.Equal([server.Endpoint], asked);
        Assert.Empty(server.Clients);
    }

    [Fact]
    public async Task Another_of_the_same_preference_does_as_well()
    {
        await using var server = new ScriptedServer("127.0.0.3");
        FixedDns dns = FixedDns.For(Outgoing.Domain, "127.0.0.2", "127.0.0.3");
        dns.Mx[Outgoing.Domain] = new(DnsStatus.Ok, [.. dns.Mx[Outgoing.Domain].Hosts.Select(static host => host with { Preference = 10 })]);
        await using SmtpChannel channel = Outgoing.Channel(dns, server.Endpoint.Port);
        Delivery delivery = Outgoing.Mail(Message, "joe@example.com") with { TryEnter = static host => !host.Address.Equals(First) };
        Attempt attempt = Assert.Single(await channel.DeliverAsync(delivery, CancellationToken.None));
        Assert.Equal(("delivered", null), (attempt.Outcome.Short(), attempt.FullHost));
    }

    [Fact]
    public async Task Another_address_of_the_same_host_does_not()
    {
        var dns = new FixedDns { Mx = { [Outgoing.Domain] = new(DnsStatus.Ok, [new(10, "mx.example.com")]) }, Addresses = { ["mx.example.com"] = new(DnsStatus.Ok, [First, Second]) } };
        await using var server = new ScriptedServer("127.0.0.3");
        await using SmtpChannel channel = Outgoing.Channel(dns, server.Endpoint.Port);
        Delivery delivery = Outgoing.Mail(Message, "joe@example.com") with { TryEnter = static host => !host.Address.Equals(First) };
        Assert.Equal(First, Assert.Single(await channel.DeliverAsync(delivery, CancellationToken.None)).FullHost?.Address);
        Assert.Empty(server.Clients);
    }

    [Fact]
    public async Task After_one_that_failed_a_full_one_is_waited_for()
    {
        await using var server = new ScriptedServer("127.0.0.2") { Greeting = "421 4.3.2 later" };
        await using SmtpChannel channel = Outgoing.Channel(FixedDns.For(Outgoing.Domain, "127.0.0.2", "127.0.0.3"), server.Endpoint.Port);
        Delivery delivery = Outgoing.Mail(Message, "joe@example.com") with { TryEnter = static host => host.Address.Equals(First) };
        Assert.Equal(Second, Assert.Single(await channel.DeliverAsync(delivery, CancellationToken.None)).FullHost?.Address);
        Assert.Single(server.Clients);
    }

    /// <summary>Who has his end must not be attempted once more: the others are put off.</summary>
    [Fact]
    public async Task After_the_first_end_a_full_host_only_puts_off()
    {
        await using var server = new ScriptedServer("127.0.0.2") { Answers = { ["RCPT TO:<joe"] = "450 4.2.1 later" } };
        await using SmtpChannel channel = Outgoing.Channel(FixedDns.For(Outgoing.Domain, "127.0.0.2", "127.0.0.3"), server.Endpoint.Port);
        Delivery delivery = Outgoing.Mail(Message, "joe@example.com", "no@example.com") with { TryEnter = static host => host.Address.Equals(First) };
        server.Answers["RCPT TO:<no"] = "550 5.1.1 unknown";
        IReadOnlyList<Attempt> attempts = await channel.DeliverAsync(delivery, CancellationToken.None);
        Assert.Equal(["deferred 4.2.1", "failed 5.1.1"], attempts.Select(static attempt => attempt.Outcome.Short()));
        Assert.All(attempts, static attempt => Assert.Null(attempt.FullHost));
    }

    [Fact]
    public async Task A_kept_connection_of_another_identity_makes_room()
    {
        await using var server = new ScriptedServer();
        await using SmtpChannel channel = Outgoing.Channel(FixedDns.For(Outgoing.Domain, "127.0.0.1"), server.Endpoint.Port, static settings => settings with { MaxKept = 10, MaxPerHost = 2, KeepIdle = TimeSpan.FromMinutes(10) });
        foreach (int last in (int[])[1, 2, 3, 3, 2, 1])
            Assert.Equal("delivered", (await channel.RunAsync(Outgoing.Mail(Message, Outgoing.Bound with { V4 = IPAddress.Parse($"127.0.70.{last}") }, "joe@example.com")))[0].Short());
        // the third took the place of the first, which was closed; those of the other two were used again
        Assert.Equal([1, 2, 3, 1], server.Clients.Select(static client => (int)client.Address.GetAddressBytes()[3]));
    }

    private static bool Noted(List<IPEndPoint> all, IPEndPoint one)
    {
        all.Add(one);
        return true;
    }
}
