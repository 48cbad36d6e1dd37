using System.Net;
using System.Text;
using DirMail.Channels.Smtp;
using DirMail.Mail;
using DirMail.Routing;
using DirMail.Transfer;
using DirMail.Wire;

namespace DirMail.Unit.Channels;

/// <summary>Fixed routes: whose mail takes them, what is asked of TLS, and how we log in.</summary>
public sealed class SmartHostTests : IDisposable
{
    private const string Name = "bcd", Password = "s3cret pass", Relay = "relay.example";

    private static readonly EntryId Bcd = new(Guid.NewGuid());

    private readonly string _passwordFile = Path.GetTempFileName();
    private readonly FixedDns _dns = FixedDns.For(Outgoing.Domain, "127.0.0.9");

    public SmartHostTests()
    {
        File.WriteAllText(_passwordFile, Password + "\nnot this\n");
        _dns.Addresses[Relay] = new(DnsStatus.Ok, [IPAddress.Loopback]);
    }

    private static string Plain => Base64($"\0{Name}\0{Password}");

    public void Dispose() => File.Delete(_passwordFile);

    [Fact]
    public async Task Mail_of_one_domain_takes_its_own_way_and_keeps_its_address()
    {
        await using ScriptedServer own = Server(), everybodys = new("127.0.0.2");
        await using SmtpChannel channel = Channel(Route(own) with { Sender = "bcd.com" }, new("*", "smtp", "127.0.0.2", everybodys.Endpoint.Port));
        Assert.Equal("delivered", await SendAsync(channel, Bcd));
        Assert.Equal("delivered", await SendAsync(channel, new(Guid.NewGuid())));
        Assert.Equal(IPAddress.Parse("127.0.70.1"), Assert.Single(own.Clients).Address);
        Assert.Single(everybodys.Clients);
        Assert.DoesNotContain(everybodys.Heard, static line => line.StartsWith("AUTH", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_route_by_mx_is_no_fixed_way()
    {
        await using ScriptedServer relay = Server();
        await using var mx = new ScriptedServer("127.0.0.9");
        await using SmtpChannel channel = Outgoing.Channel(_dns, mx.Endpoint.Port, settings => settings with { Routes = new([new(Outgoing.Domain, "smtp", "", 0), Route(relay)]) });
        Assert.Equal("delivered", await SendAsync(channel, Bcd));
        Assert.Empty(relay.Clients);
    }

    [Fact]
    public async Task Servers_that_a_domain_names_need_no_route_and_one_stands_in_for_another()
    {
        await using ScriptedServer one = Server();
        await using SmtpChannel channel = Channel(Route(one) with { Pattern = "*" });
        Assert.Equal("delivered", await SendAsync(channel, Bcd, $"127.0.0.9:1,{Relay}:{one.Endpoint.Port}"));
        Assert.DoesNotContain(one.Heard, static line => line.StartsWith("AUTH", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_server_that_a_domain_names_is_spoken_to_as_its_route_says()
    {
        await using ScriptedServer server = Server();
        await using SmtpChannel channel = Channel(Route(server) with { Pattern = "store2.test" });
        Assert.Equal("delivered", await SendAsync(channel, Bcd, "127.0.0.9:1,store2.test"));
        Assert.Contains($"AUTH PLAIN {Plain}", server.Heard);
    }

    [Fact]
    public async Task A_server_that_a_domain_names_and_that_is_ourselves_gets_nothing()
    {
        await using ScriptedServer server = Server();
        await using SmtpChannel channel = Outgoing.Channel(_dns, server.Endpoint.Port, isVirtual: static address => address.Equals(IPAddress.Loopback));
        Assert.Equal("failed 5.4.6", await SendAsync(channel, Bcd, $"{Relay}:{server.Endpoint.Port}"));
        Assert.Empty(server.Clients);
    }

    [Fact]
    public async Task Mail_waits_for_a_server_of_the_domain_that_nobody_knows()
    {
        await using SmtpChannel channel = Outgoing.Channel(_dns, 25);
        Assert.Equal("deferred 4.4.4", await SendAsync(channel, Bcd, "nowhere.test:25"));
    }

    [Theory]
    [InlineData("AUTH PLAIN LOGIN")]
    [InlineData("AUTH login plain")]
    public async Task Plain_is_preferred(string offer)
    {
        await using ScriptedServer server = Server(offer);
        await using SmtpChannel channel = Channel(Route(server));
        Assert.Equal("delivered", await SendAsync(channel, Bcd));
        Assert.Equal([$"AUTH PLAIN {Plain}"], server.Heard.Where(static line => line.StartsWith("AUTH", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Login_is_used_where_there_is_nothing_else()
    {
        await using ScriptedServer server = Server("AUTH CRAM-MD5 LOGIN");
        await using SmtpChannel channel = Channel(Route(server));
        Assert.Equal("delivered", await SendAsync(channel, Bcd));
        Assert.Equal(["AUTH LOGIN", Base64(Name), Base64(Password)], server.Heard.Skip(1).Take(3));
    }

    [Fact]
    public async Task A_long_password_follows_the_command()
    {
        string password = new('x', 600);
        await File.WriteAllTextAsync(_passwordFile, password);
        string plain = Base64($"\0{Name}\0{password}");
        await using var server = new ScriptedServer { Offers = ["AUTH PLAIN"], Answers = { ["AUTH PLAIN"] = "334 ", [plain] = "235 2.7.0 welcome" } };
        await using SmtpChannel channel = Channel(Route(server));
        Assert.Equal("delivered", await SendAsync(channel, Bcd));
        Assert.Equal(["AUTH PLAIN", plain], server.Heard.Skip(1).Take(2));
    }

    /// <summary>Whatever the server says of it, the mail waits; a server that says the secret back does not have it in a report.</summary>
    [Theory]
    [InlineData("535 5.7.8 no")]
    [InlineData("454 4.7.0 later")]
    [InlineData("535 5.7.8 PLAIN s3cret pass is wrong")]
    [InlineData(ScriptedServer.Drop)]
    public async Task A_login_that_fails_puts_the_mail_off(string answer)
    {
        await using var server = new ScriptedServer { Offers = ["AUTH PLAIN"], Answers = { ["AUTH PLAIN"] = answer.Replace("PLAIN", Plain, StringComparison.Ordinal) } };
        await using SmtpChannel channel = Channel(Route(server));
        Outcome outcome = Assert.Single(await channel.RunAsync(Mail(Bcd)));
        Assert.Equal("deferred 4.7.8", outcome.Short());
        Assert.StartsWith("127.0.0.1 [127.0.0.1] does not take the login", outcome.Reason(), StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", outcome.Reason(), StringComparison.Ordinal);
        Assert.DoesNotContain(Plain, outcome.Reason(), StringComparison.Ordinal);
        Assert.DoesNotContain(server.Heard, static line => line.StartsWith("MAIL", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_server_that_offers_no_login_gets_no_mail()
    {
        await using ScriptedServer server = Server("SIZE");
        await using SmtpChannel channel = Channel(Route(server));
        Outcome outcome = Assert.Single(await channel.RunAsync(Mail(Bcd)));
        Assert.Equal("deferred 4.7.8", outcome.Short());
        Assert.EndsWith("offers neither PLAIN nor LOGIN to log in by", outcome.Reason(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_three_refusals_the_server_is_left_alone_as_long_as_the_login_is_the_same()
    {
        await using var server = new ScriptedServer { Offers = ["AUTH PLAIN"], Answers = { ["AUTH PLAIN"] = "535 5.7.8 no" } };
        await using SmtpChannel channel = Channel(Route(server) with { Sender = "bcd.com" }, Route(server) with { Login = null });
        for (int i = 0; i < 5; i++)
            Assert.Equal(i < 3 ? "deferred 4.7.8" : "deferred 4.4.1", await SendAsync(channel, Bcd));
        Assert.Equal(3, server.Clients.Count);
        Assert.Equal("delivered", await SendAsync(channel, new(Guid.NewGuid())));
    }

    [Fact]
    public async Task A_new_password_needs_no_restart()
    {
        await File.WriteAllTextAsync(_passwordFile, "");
        await using ScriptedServer server = Server();
        await using SmtpChannel channel = Channel(Route(server));
        Assert.Equal("deferred 4.7.8", await SendAsync(channel, Bcd));
        await File.WriteAllTextAsync(_passwordFile, Password);
        Assert.Equal("delivered", await SendAsync(channel, Bcd));
    }

    /// <summary>A connection that one domain logged in on is not the other's, though both leave from the same address.</summary>
    [Fact]
    public async Task A_kept_connection_serves_its_login_only()
    {
        await using var server = new ScriptedServer { Offers = ["AUTH PLAIN"], Answers = { ["AUTH PLAIN"] = "235 2.7.0 welcome" } };
        Route route = Route(server);
        await using SmtpChannel channel = Outgoing.Channel(_dns, 25, settings => settings with { Routes = new([route with { Sender = "bcd.com" }, route with { Login = new("other", _passwordFile) }]), MaxKept = 10 },
            domainOf: static name => name == "bcd.com" ? Bcd : null);
        EntryId other = new(Guid.NewGuid());
        foreach (EntryId domain in (EntryId[])[Bcd, Bcd, other, other])
            Assert.Equal("delivered", await SendAsync(channel, domain));
        Assert.Equal([$"AUTH PLAIN {Plain}", $"AUTH PLAIN {Base64($"\0other\0{Password}")}"], server.Heard.Where(static line => line.StartsWith("AUTH", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(Relay, true, "delivered")]
    [InlineData("other.example", true, "deferred 4.7.5")]
    [InlineData(Relay, false, "deferred 4.7.5")]
    [InlineData(null, true, "deferred 4.7.5")]
    public async Task A_route_that_asks_for_tls_gets_it_with_the_hosts_certificate_or_nothing_is_sent(string? certificate, bool isTrusted, string expected)
    {
        ShownCertificate? shown = certificate is null ? null : new(certificate);
        await using var server = new ScriptedServer { Certificate = shown, Offers = ["AUTH PLAIN"], Answers = { ["AUTH PLAIN"] = "235 2.7.0 welcome" } };
        Route route = Route(server) with { Host = Relay, RequiresTls = true };
        await using SmtpChannel channel = Outgoing.Channel(_dns, 25, settings => settings with { Routes = new([route]), Authorities = [(isTrusted && shown is not null ? shown : new(Relay)).Authority] });
        Assert.Equal(expected, await SendAsync(channel, Bcd));
        Assert.Equal(expected == "delivered" ? [true] : [], server.Protected);
        Assert.Equal(expected == "delivered", server.Heard.Any(static line => line.StartsWith("AUTH", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(Relay, "delivered")]
    [InlineData("other.example", "deferred 4.7.5")]
    public async Task Tls_may_come_before_the_greeting(string certificate, string expected)
    {
        var shown = new ShownCertificate(certificate);
        await using var server = new ScriptedServer { Certificate = shown, IsTlsFirst = true, Offers = ["AUTH PLAIN"], Answers = { ["AUTH PLAIN"] = "235 2.7.0 welcome" } };
        Route route = Route(server) with { Host = Relay, RequiresTls = true, IsTlsFirst = true };
        await using SmtpChannel channel = Outgoing.Channel(_dns, 25, settings => settings with { Routes = new([route]), Authorities = [shown.Authority] });
        Assert.Equal(expected, await SendAsync(channel, Bcd));
        Assert.Equal(expected == "delivered" ? [true] : [], server.Protected);
        Assert.DoesNotContain("STARTTLS", server.Heard);
        Assert.Equal(expected == "delivered" ? 1 : 0, server.Heard.Count(static line => line.StartsWith("EHLO", StringComparison.Ordinal)));
    }

    private static ScriptedServer Server(string offer = "AUTH PLAIN") => new()
    {
        Offers = ["PIPELINING", offer],
        Answers = { [$"AUTH PLAIN {Plain}"] = "235 2.7.0 welcome", ["AUTH LOGIN"] = "334 VXNlcm5hbWU6", [Base64(Name)] = "334 UGFzc3dvcmQ6", [Base64(Password)] = "235 2.7.0 welcome" },
    };

    private Route Route(ScriptedServer server) => new("*", "smtp", "127.0.0.1", server.Endpoint.Port) { Login = new(Name, _passwordFile) };

    private SmtpChannel Channel(params Route[] routes) => Outgoing.Channel(_dns, 25, settings => settings with { Routes = new([.. routes]) }, domainOf: static name => name == "bcd.com" ? Bcd : null);

    private static Delivery Mail(EntryId domain, string destination = Outgoing.Domain) => Outgoing.Mail("Subject: x\r\n\r\nhello\r\n", "joe@example.com").With(message => message with { Domain = domain, Destination = destination });

    private static async Task<string> SendAsync(SmtpChannel channel, EntryId domain, string destination = Outgoing.Domain) => Assert.Single(await channel.RunAsync(Mail(domain, destination))).Short();

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
