using System.Globalization;
using System.Net;
using DirMail.Demo;
using DirMail.Store;
using Xunit;

namespace DirMail.Interop;

/// <summary>A domain that is moving: its former server, a Postfix, keeps some of its mail or all of it, as the directory says at each moment.</summary>
public sealed class KeptElsewhereTests(RunningServer server) : IClassFixture<RunningServer>, IAsyncLifetime
{
    private const string Bcd = "o=bcd.com,o=hosting";

    private CommandLine Cli { get; } = new(server);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await SayAsync("mailRoutingSmartHost");
        await SayAsync("mailRoutingHosts");
        await server.CheckAsync();
    }

    [Theory]
    [InlineData("mailRoutingSmartHost", "old.user@bcd.com")]
    [InlineData("mailRoutingHosts", "alice@bcd.com")]
    public async Task The_former_server_gets_what_it_keeps(string attribute, string recipient)
    {
        await using ReceivingPostfix former = await ReceivingPostfix.StartAsync("bcd.com");
        await SayAsync(attribute, Host(former.Port));
        await Eventually.StartsAsync("250", () => RemoteServer.DeliverAsync(server.Smtp, recipient, "Subject: from outside\r\n\r\nHello\r\n"));
        string message = (await Eventually.SeesAsync(former.KeptAsync, static kept => kept.Count == 1))[0];
        Assert.Contains($"X-Original-To: {recipient}", message, StringComparison.Ordinal);
        Assert.Contains("Return-Path: <friend@remote.test>", message, StringComparison.Ordinal);
        Assert.Contains("Subject: from outside", message, StringComparison.Ordinal);
        Assert.Matches(@"\nReceived: from mail\.abc\.com \(.*\[127\.0\.0\.1\]\)", message);
        await Eventually.SeesAsync(LanesAsync, static lanes => lanes.Count == 0);

        string explained = await Cli.DoAsync(null, "explain", recipient);
        Assert.Contains(attribute, explained, StringComparison.Ordinal);
        Assert.Contains(Host(former.Port), explained, StringComparison.Ordinal);
        Assert.Contains($"(by {attribute})", await Cli.DoAsync(null, "domain", "show", "bcd.com"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mail_that_waits_for_the_former_server_goes_to_the_new_one_once_it_is_named()
    {
        await SayAsync("mailRoutingSmartHost", Host(FreePort.Take()));
        await Eventually.StartsAsync("250", () => RemoteServer.DeliverAsync(server.Smtp, "later@bcd.com", "Subject: waited\r\n\r\nHello\r\n"));
        await Eventually.SeesAsync(async () => await server.Wiring.Store.Queue.ListAsync(new QueueFilter(), null, 10, CancellationToken.None), static rows => rows is [{ Recipients: [{ Attempts: > 0 }] }]);
        await using ReceivingPostfix next = await ReceivingPostfix.StartAsync("bcd.com");
        await SayAsync("mailRoutingSmartHost", Host(next.Port));
        Assert.Contains("Subject: waited", (await Eventually.SeesAsync(next.KeptAsync, static kept => kept.Count == 1))[0], StringComparison.Ordinal);
        await Eventually.SeesAsync(LanesAsync, static lanes => lanes.Count == 0);
    }

    private async Task<IReadOnlyList<QueueLane>> LanesAsync() => await server.Wiring.Store.Queue.LanesAsync(CancellationToken.None);

    private static string Host(int port) => string.Create(CultureInfo.InvariantCulture, $"[{IPAddress.Loopback}]:{port}");

    private async Task SayAsync(string attribute, params string[] values)
    {
        string lines = string.Concat(values.Select(value => $"{attribute}: {value}\n"));
        await new LdapUtils(server.DirectoryUrl).DoAsync("ldapmodify", DemoUser.SiteAdministrator, [], $"dn: {Bcd}\nchangetype: modify\nreplace: {attribute}\n{lines}");
    }
}
