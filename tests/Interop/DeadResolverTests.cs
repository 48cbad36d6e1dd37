using System.Globalization;
using System.Net;
using System.Net.Sockets;
using DirMail.Demo;
using Xunit;

namespace DirMail.Interop;

/// <summary>A resolver that is set and never answers: mail from outside comes in all the same, and the resolver is left alone after the first message.</summary>
public sealed class DeadResolverTests
{
    [Fact]
    public async Task Mail_comes_in_and_what_could_not_be_checked_is_told()
    {
        using var silent = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        silent.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var setup = new ServerSetup();
        string settings = await File.ReadAllTextAsync(setup.SettingsFile);
        await File.WriteAllTextAsync(setup.SettingsFile, settings.Replace("[\"none\"]", string.Create(CultureInfo.InvariantCulture, $"[\"127.0.0.1:{((IPEndPoint)silent.LocalEndPoint!).Port}\"]"), StringComparison.Ordinal));
        var server = new RunningServer(setup);
        await server.InitializeAsync();
        try
        {
            Assert.StartsWith("250", await RemoteServer.DeliverAsync(server.Smtp, DemoUser.Alice.Address, "From: friend@remote.test\nSubject: one\n\nText.\n"), StringComparison.Ordinal);
            int asked = Received(silent);
            Assert.True(asked > 0);
            Assert.StartsWith("250", await RemoteServer.DeliverAsync(server.Smtp, DemoUser.Alice.Address, "From: other@elsewhere.test\nSubject: two\n\nText.\n"), StringComparison.Ordinal);
            // now and then a trial whether it is back
            Assert.InRange(Received(silent), 0, 3);
            await using ImapPeer imap = await ImapPeer.LogInAsync(server.Imap, DemoUser.Alice.Address, DemoUser.Alice.Password);
            await imap.DoAsync("EXAMINE INBOX");
            foreach (IReadOnlyDictionary<string, object?> message in await imap.FetchAsync("BODY.PEEK[HEADER]"))
                Assert.Contains("spf=temperror", (string?)message.Values.Single(), StringComparison.Ordinal);
        }
        finally
        {
            await server.DisposeAsync();
        }
    }

    /// <summary>Questions that have come since the last look.</summary>
    private static int Received(Socket socket)
    {
        int count = 0;
        for (var buffer = new byte[512]; socket.Available > 0; count++)
            socket.Receive(buffer);
        return count;
    }
}
