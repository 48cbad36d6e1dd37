using System.Net;
using Xunit;

namespace DirMail.Interop;

/// <summary>
/// Promise 2 as the world sees it: what a Postfix that looks clients up in DNS, forward and back, writes into the Received field of mail from here. The names come from an nsd; Postfix asks it
/// by the system's own resolver.
/// </summary>
public sealed class ReceivedByPostfixTests : IAsyncLifetime
{
    /// <summary>The resolver knows port 53 only; of the addresses of loopback one is the test's own.</summary>
    private readonly IPAddress _nameServer = new([127, 53, (byte)Random.Shared.Next(256), (byte)Random.Shared.Next(1, 255)]);

    private Nsd _nsd = null!;
    private ReceivingPostfix _postfix = null!;
    private RunningServer _server = null!;

    public async Task InitializeAsync()
    {
        _nsd = await Nsd.StartAsync(new Dictionary<string, string>
        {
            ["abc.com"] = "mail IN A 127.0.0.1",
            ["bcd.com"] = "mail IN A 127.0.70.1",
            ["cde.com"] = "mail IN A 127.0.70.2",
            ["127.in-addr.arpa"] = "1.0.0 IN PTR mail.abc.com.\n1.70.0 IN PTR mail.bcd.com.\n2.70.0 IN PTR mail.cde.com.\n11.70.0 IN PTR mail.bcd.com.",
        }, new(_nameServer, 53));
        _postfix = await ReceivingPostfix.StartAsync("xyz.test", _nameServer);
        _server = new(new ServerSetup(sinkPort: _postfix.Port));
        await _server.InitializeAsync();
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        await _postfix.DisposeAsync();
        await _nsd.DisposeAsync();
    }

    [Theory]
    [InlineData("bob@bcd.com", "bob-bcd-secret", "from mail.bcd.com (mail.bcd.com [127.0.70.1])")]
    [InlineData("carol@cde.com", "carol-cde-secret", "from mail.cde.com (mail.cde.com [127.0.70.2])")]
    [InlineData("admin@abc.com", "admin-abc-secret", "from mail.abc.com (mail.abc.com [127.0.0.1])")]
    // an address of her own, to which her domain's name does not lead back
    [InlineData("alice@bcd.com", "alice-bcd-secret", "from mail.bcd.com (unknown [127.0.70.11])")]
    public async Task Each_domain_is_itself_and_the_host_the_host(string sender, string password, string from)
    {
        Printed sent = await Program.RunAsync("swaks", ["--server", $"127.0.0.1:{_server.Submission}", "--from", sender, "--to", "x@xyz.test", "--auth", "PLAIN", "--auth-user", sender, "--auth-password", password]);
        Assert.True(sent.ExitCode == 0, sent.All);
        string message = (await Eventually.SeesAsync(_postfix.KeptAsync, static kept => kept.Count == 1))[0];
        string trace = message[message.IndexOf("Received: ", StringComparison.Ordinal)..];
        Assert.StartsWith($"Received: {from}\n", trace, StringComparison.Ordinal);
        // and the line below, which is ours, says the same name
        Assert.Contains($"\tby {from.Split(' ')[1]} ", trace[(trace.IndexOf("\nReceived: ", StringComparison.Ordinal) + 1)..], StringComparison.Ordinal);
    }
}
