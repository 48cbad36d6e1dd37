using System.Net;
using System.Net.Sockets;
using System.Text;
using DirMail.Demo;
using DirMail.Verbs;
using Xunit;

namespace DirMail.Interop;

/// <summary>Garbage on any port gets the protocol's error reply or the connection's end, never the server's.</summary>
public sealed class BadInputTests(RunningServer server) : IClassFixture<RunningServer>, IAsyncLifetime
{
    private const int GarbageOctets = 64 * 1024;

    private static readonly DemoUser Service = new("dirmail", "dirmail-secret", "uid=dirmail,ou=Services,o=hosting");

    [Theory]
    [InlineData("smtp", "\n500 ")]
    [InlineData("submission", "\n500 ")]
    [InlineData("imap", " BAD ")]
    [InlineData("pop3", "\n-ERR ")]
    public async Task Lines_of_garbage_are_refused_and_then_closed(string service, string refusal)
    {
        for (int seed = 1; seed <= 5; seed++)
        {
            byte[] garbage = Garbage(seed);
            // lines short enough to be commands: the reply is about what they say
            for (int at = 40; at < garbage.Length; at += 40)
                garbage[at] = (byte)'\n';
            Assert.Contains(refusal, await SaysAsync(Port(service), garbage), StringComparison.Ordinal);
        }
        await ServesAsync();
    }

    [Theory]
    [InlineData("smtp")]
    [InlineData("submission")]
    [InlineData("imap")]
    [InlineData("pop3")]
    [InlineData("ldap")]
    public async Task Octets_without_form_end_the_connection_only(string service)
    {
        for (int seed = 1; seed <= 10; seed++)
            await SaysAsync(Port(service), Garbage(seed));
        await SaysAsync(Port(service), new byte[GarbageOctets]);
        await SaysAsync(Port(service), [.. Enumerable.Repeat((byte)0xff, GarbageOctets)]);
        await SaysAsync(Port(service), Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
        // the first octets of a TLS hello where none is expected
        await SaysAsync(Port(service), [0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3, .. Garbage(99)]);
        await ServesAsync();
    }

    [Theory]
    [InlineData("")]
    [InlineData("30")]
    [InlineData("3080")]
    [InlineData("3084ffffffff")]
    [InlineData("30847fffffff0201")]
    [InlineData("300c020101600702010304008000")]
    [InlineData("30050201016300")]
    [InlineData("3006020101420130")]
    [InlineData("0201013005")]
    public async Task Broken_ldap_messages_end_the_connection_only(string hex)
    {
        await SaysAsync(Port("ldap"), Convert.FromHexString(hex));
        await ServesAsync();
    }

    [Theory]
    [InlineData("smtp", "EHLO x\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<bob@cde.com>\r\nDATA\r\nSubject: half\r\n\r\nhalf\r\n.\r", "354 ")]
    [InlineData("smtp", "EHLO x\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<bob@cde.com>\r\nBDAT 1000\r\nSubject: half\r\n", "250 2.1.5")]
    [InlineData("smtp", "EHLO x\r\nMAIL FROM:<a@b.te", "250 ")]
    [InlineData("smtp", "EHLO x\r\nSTARTTLS\r\n", "")]
    [InlineData("submission", "EHLO x\r\nAUTH PLAIN\r\n", "334 ")]
    [InlineData("submission", "EHLO x\r\nAUTH LOGIN\r\nYm9i", "334 ")]
    [InlineData("imap", "a LOGIN bob@cde.com bob-cde-secret\r\nb APPEND INBOX {1000+}\r\nSubject: half\r\n", "a OK")]
    [InlineData("imap", "a LOGIN bob@cde.com bob-cde-secret\r\nb APPEND INBOX {1000}\r\n", "\n+ ")]
    [InlineData("imap", "a LOGIN bob@cde.com bob-cde-secret\r\nb SELECT INBOX\r\nc IDLE\r\n", "\n+ ")]
    [InlineData("imap", "a LOGIN {11+}\r\nbob@cde", "* OK")]
    [InlineData("imap", "a STARTTLS\r\n", "")]
    [InlineData("pop3", "USER bob@bcd.com\r\nPASS bob-bcd", "+OK")]
    [InlineData("pop3", "STLS\r\n", "")]
    // a failed handshake ends by a reset, which may overtake what was said before
    public async Task A_client_that_goes_in_the_middle_leaves_nothing(string service, string half, string said)
    {
        Assert.Contains(said, await SaysAsync(Port(service), Encoding.ASCII.GetBytes(half)), StringComparison.Ordinal);
        Printed inbox = await Program.RunAsync("curl", ["-sS", "-u", "bob@cde.com:bob-cde-secret", "-X", "STATUS INBOX (MESSAGES)", $"imap://127.0.0.1:{server.Imap}"]);
        Assert.Contains("MESSAGES 0", inbox.Output, StringComparison.Ordinal);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => server.CheckAsync();

    private static byte[] Garbage(int seed)
    {
        byte[] octets = new byte[GarbageOctets];
        new Random(seed).NextBytes(octets);
        return octets;
    }

    private int Port(string service) => service switch
    {
        "smtp" => server.Smtp,
        "submission" => server.Submission,
        "imap" => server.Imap,
        "pop3" => server.Pop3,
        _ => new Uri(server.DirectoryUrl).Port,
    };

    /// <summary>All that the server answers until it, told that no more comes, closes.</summary>
    private static async Task<string> SaysAsync(int port, byte[] octets)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, limit.Token);
        NetworkStream stream = client.GetStream();
        var said = new MemoryStream();
        Task reading = stream.CopyToAsync(said, limit.Token);
        try
        {
            await stream.WriteAsync(octets, limit.Token);
            client.Client.Shutdown(SocketShutdown.Send);
        }
        catch (Exception closed) when (closed is IOException or SocketException)
        {
            // the server had enough
        }
        try
        {
            await reading;
        }
        catch (IOException)
        {
            // closed with our octets unread: what was said before counts
        }
        return Encoding.Latin1.GetString(said.ToArray());
    }

    /// <summary>A normal dialogue on every port.</summary>
    private async Task ServesAsync()
    {
        Assert.StartsWith("250", await RemoteServer.DeliverAsync(server.Smtp, "alice@bcd.com", "Subject: alive\n\nalive\n"), StringComparison.Ordinal);
        foreach ((string service, string greeting) in ((string, string)[])[("submission", "220 "), ("imap", "* OK"), ("pop3", "+OK")])
        {
            await using Dialogue dialogue = await Dialogue.OpenAsync(RunningServer.Local(Port(service)), CancellationToken.None);
            Assert.StartsWith(greeting, await dialogue.ReadAsync(CancellationToken.None), StringComparison.Ordinal);
        }
        Assert.Equal(1, LdapUtils.Entries(await new LdapUtils(server.DirectoryUrl).SearchAsync(Service, "(uid=alice)")));
    }
}
