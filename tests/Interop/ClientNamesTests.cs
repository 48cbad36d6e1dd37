using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text.Json;
using DirMail.Demo;
using Xunit;

namespace DirMail.Interop;

/// <summary>Rules of allowed services by the client's name, as a real name server tells it: a login over IMAP and `dirmail explain` decide the same.</summary>
public sealed class ClientNamesTests : IAsyncLifetime
{
    private const string NotAllowed = "NO [AUTHORIZATIONFAILED]", NotNow = "NO [UNAVAILABLE]";

    private readonly ServerSetup _setup = new();
    private Nsd _nsd = null!;
    private RunningServer _server = null!;

    public async Task InitializeAsync()
    {
        _nsd = await Nsd.StartAsync(new Dictionary<string, string>
        {
            ["office.test"] = "pc IN A 192.0.2.7\npc IN AAAA 2001:db8::7\n",
            // .8 says that it is the office's, .9 has no name, .10 is named in a zone that nobody here serves
            ["2.0.192.in-addr.arpa"] = "7 IN PTR pc.office.test.\n8 IN PTR pc.office.test.\n10 IN PTR pc.elsewhere.test.\n",
            ["8.b.d.0.1.0.0.2.ip6.arpa"] = "7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0 IN PTR pc.office.test.\n",
        });
        string settings = await File.ReadAllTextAsync(_setup.SettingsFile);
        await File.WriteAllTextAsync(_setup.SettingsFile, settings.Replace("[\"none\"]", string.Create(CultureInfo.InvariantCulture, $"[\"127.0.0.1:{_nsd.Port}\"]"), StringComparison.Ordinal));
        _server = new(_setup);
        await _server.InitializeAsync();
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        await _nsd.DisposeAsync();
    }

    [Theory]
    [InlineData("+imap:.office.test", "192.0.2.7", "OK")]
    [InlineData("+imap:pc.office.test", "2001:db8::7", "OK")]
    [InlineData("+imap:.office.test", "192.0.2.8", NotAllowed)]
    [InlineData("+imap:.office.test", "192.0.2.9", NotAllowed)]
    [InlineData("+imap:.office.test", "192.0.2.10", NotNow)]
    [InlineData("-imap:DNSSPOOFER", "192.0.2.8", NotAllowed)]
    [InlineData("-imap:DNSSPOOFER", "192.0.2.9", "OK")]
    [InlineData("-imap:DNSSPOOFER", "192.0.2.10", NotNow)]
    [InlineData("-imap:UNKNOWN", "192.0.2.9", NotAllowed)]
    [InlineData("-imap:UNKNOWN", "192.0.2.7", "OK")]
    [InlineData("+imap:KNOWN EXCEPT .office.test", "192.0.2.7", NotAllowed)]
    public async Task A_login_and_explain_decide_by_the_name_that_leads_back(string rule, string client, string answer)
    {
        await PutInForceAsync(rule);
        Assert.Equal(answer, await LogInAsync(client));
        Assert.Equal((answer, rule), await ExplainAsync(client));
    }

    [Fact]
    public async Task With_the_name_server_gone_a_rule_refuses_for_now_and_only_where_it_asks_for_a_name()
    {
        await PutInForceAsync("+imap:.office.test,198.51.100.0/24");
        await _nsd.StopAsync();
        Assert.Equal(NotNow, await LogInAsync("192.0.2.7"));
        Assert.Equal(NotNow, (await ExplainAsync("192.0.2.7")).Answer);
        Assert.Equal("OK", await LogInAsync("198.51.100.7"));
    }

    private async Task PutInForceAsync(string rule)
    {
        await new LdapUtils(_server.DirectoryUrl).DoAsync("ldapmodify", DemoUser.SiteAdministrator, [], $"dn: o=bcd.com,o=hosting\nchangetype: modify\nreplace: mailDomainAllowedServiceAccess\nmailDomainAllowedServiceAccess: {rule}\n");
        await Eventually.SeesAsync(() => Task.FromResult(_server.Wiring.Live.Current.FindDomain("bcd.com")!.Services.ToString()), seen => seen == rule);
    }

    /// <summary>Alice's answer over IMAP under TLS, from an address that a proxy vouches for.</summary>
    private async Task<string> LogInAsync(string client)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Parse("127.0.0.9"), 0));
        await socket.ConnectAsync(RunningServer.Local(_server.Imaps));
        await using var stream = new NetworkStream(socket);
        bool isV6 = client.Contains(':', StringComparison.Ordinal);
        await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes($"PROXY TCP{(isV6 ? 6 : 4)} {client} {(isV6 ? "2001:db8::1" : "127.0.0.1")} 4711 993\r\n"));
        await using var tls = new SslStream(stream, false, static (_, _, _, _) => true);
        await tls.AuthenticateAsClientAsync("mail.bcd.com");
        using var reader = new StreamReader(tls);
        await reader.ReadLineAsync();
        await tls.WriteAsync(System.Text.Encoding.ASCII.GetBytes($"a LOGIN {DemoUser.Alice.Address} {DemoUser.Alice.Password}\r\n"));
        string line = (await reader.ReadLineAsync())!;
        return line.StartsWith("a OK ", StringComparison.Ordinal) ? "OK" : line[2..(line.IndexOf(']', StringComparison.Ordinal) + 1)];
    }

    /// <summary>What `explain` says of the same, in IMAP's words, and the rule behind it.</summary>
    private async Task<(string Answer, string Rule)> ExplainAsync(string client)
    {
        JsonElement report = await new CommandLine(_server).JsonAsync(null, "explain", "x@other.test", "--login", DemoUser.Alice.Address, "--client", client);
        JsonElement imap = report.GetProperty("sender").GetProperty("services").EnumerateArray().Single(static service => service.GetProperty("service").GetString() == "imaps");
        JsonElement reason = imap.GetProperty("reasons").EnumerateArray().First(static reason => reason.GetProperty("attribute").GetString() == "mailDomainAllowedServiceAccess");
        string reply = imap.GetProperty("reply").GetString() ?? "";
        string answer = imap.GetProperty("allowed").GetBoolean() ? "OK" : reply == Mail.Responses.ClientNameUntold.Text ? NotNow : reply == Mail.Responses.ServiceNotAllowed.Text ? NotAllowed : reply;
        return (answer, reason.GetProperty("value").GetString()!);
    }
}
