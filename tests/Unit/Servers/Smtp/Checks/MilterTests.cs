using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using DirMail.Mail;
using DirMail.Servers.Smtp.Checks;
using DirMail.Store;
using DirMail.Unit.Store;

namespace DirMail.Unit.Servers.Smtp.Checks;

/// <summary>The milter protocol against a milter that says what a test wants.</summary>
public class MilterTests
{
    [Fact]
    public async Task It_hears_the_whole_dialogue()
    {
        (FilterVerdict verdict, List<string> heard) = await AskAsync(actions: 0x1, steps: 0, static kind => kind == 'E' ? ["h" + "X-One\0 yes\n\tfolded\0", "i\0\0\0\0X-Two\0two\0", "c"] : ["c"]);
        Assert.Equal(
        [
            "C|mx.remote.test|4\x19\xe9" + "192.0.2.1|", "H|helo.test|", "M|<ann@remote.test>|", "R|<alice@bcd.com>|", "R|<bob@bcd.com>|", "T|", "L|Subject|one\n\ttwo|", "L|X|y|", "N|", "B|Hello\r\n", "E|", "Q|",
        ], heard);
        Assert.Equal("X-Two: two\r\nX-One: yes\r\n\tfolded\r\n", verdict.Fields);
        Assert.Null(verdict.Refusal);
    }

    [Fact]
    public async Task It_hears_no_more_than_it_wants()
    {
        // no connect, no body, no answers to headers and recipients
        (FilterVerdict verdict, List<string> heard) = await AskAsync(actions: 0, steps: 0x01 | 0x10 | 0x80 | 0x8000, static kind => kind is 'L' or 'R' ? [] : ["c"]);
        Assert.Equal("HMRRTLLNEQ", string.Concat(heard.Select(static line => line[0])));
        Assert.Null(verdict.Refusal);
    }

    [Theory]
    [InlineData('M', "r", "550 5.7.1 refused by a content filter")]
    [InlineData('C', "t", "451 4.7.1 not now, try again later")]
    [InlineData('R', "r", "550 5.7.1 refused by a content filter")]
    [InlineData('E', "y554 5.7.1 go away\0", "554 5.7.1 go away")]
    [InlineData('E', "y550 no status\0", "550 5.7.1 no status")]
    [InlineData('B', "y421 4.3.2 later\r\n250 ok\0", "421 4.3.2 later  250 ok")]
    [InlineData('E', "y250 2.0.0 fine\0", "451 4.7.1 not now, try again later")]
    public async Task Its_refusal_is_ours(char at, string answer, string reply)
    {
        (FilterVerdict verdict, _) = await AskAsync(0, 0, kind => kind == at ? [answer] : ["c"]);
        Assert.Equal(reply, verdict.Refusal!.ToString());
    }

    [Fact]
    public async Task Its_changes_are_taken()
    {
        (FilterVerdict verdict, _) = await AskAsync(0x3D, 0, static kind => kind == 'E' ? ["m\0\0\0\u0001Subject\0new\0", "m\0\0\0\u0002X\0\0", "+<carol@bcd.com>\0", "-<bob@bcd.com>\0", "qsuspicious\0", "p", "c"] : ["c"]);
        Assert.Equal([new FieldChange("Subject", 1, "new"), new FieldChange("X", 2, "")], verdict.Changes);
        Assert.Equal(["carol@bcd.com"], verdict.Added.Select(static a => a.ToString()));
        Assert.Equal(["bob@bcd.com"], verdict.Removed.Select(static a => a.ToString()));
        Assert.True(verdict.IsSuspicious);
        Assert.True((await AskAsync(0, 0, static kind => kind == 'E' ? ["d"] : ["c"])).Verdict.IsDiscarded);
    }

    [Theory]
    [InlineData(0x40u, 0u, 'E', "c")]
    [InlineData(0u, 0x800u, 'E', "c")]
    [InlineData(0u, 0u, 'E', "z")]
    [InlineData(0u, 0u, 'M', "h")]
    public async Task What_is_not_the_protocol_is_a_failure(uint actions, uint steps, char at, string answer) =>
        await Assert.ThrowsAsync<IOException>(() => AskAsync(actions, steps, kind => kind == at ? [answer] : ["c"]));

    private static async Task<(FilterVerdict Verdict, List<string> Heard)> AskAsync(uint actions, uint steps, Func<char, string[]> answer)
    {
        await using TestStore store = await TestStore.OpenAsync();
        await using Content content = await store.ContentAsync("Subject: one\r\n\ttwo\r\nX:y\r\n\r\nHello\r\n");
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Task<List<string>> serving = ServeAsync(listener, actions, steps, answer);
        var message = new FilteredMessage(content, Address("ann@remote.test"), [Address("alice@bcd.com"), Address("bob@bcd.com")])
        {
            Client = new(IPAddress.Parse("192.0.2.1"), 0x19e9),
            ClientName = "mx.remote.test",
            Helo = "helo.test",
            Server = "mail.bcd.com",
        };
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        FilterVerdict verdict = await new Milter(listener.LocalEndpoint).AskAsync(message, limit.Token);
        return (verdict, await serving);
    }

    private static MailAddress Address(string text) => MailAddress.TryParse(text, out MailAddress address) ? address : throw new FormatException(text);

    private static async Task<List<string>> ServeAsync(TcpListener listener, uint actions, uint steps, Func<char, string[]> answer)
    {
        using TcpClient client = await listener.AcceptTcpClientAsync();
        NetworkStream stream = client.GetStream();
        var heard = new List<string>();
        while (await ReadAsync(stream) is { Length: > 0 } packet)
        {
            char kind = (char)packet[0];
            if (kind == 'D')
                continue;
            if (kind != 'O')
                heard.Add($"{kind}|{Encoding.Latin1.GetString(packet[1..]).Replace('\0', '|')}");
            string[] answers = kind == 'O' ? ["O" + Number(6) + Number(actions) + Number(steps)] : kind == 'Q' ? [] : answer(kind);
            foreach (string text in answers)
                await stream.WriteAsync((byte[])[.. BitConverter.GetBytes(BinaryPrimitives.ReverseEndianness(text.Length)), .. Encoding.Latin1.GetBytes(text)]);
        }
        return heard;
    }

    private static string Number(uint value) => Encoding.Latin1.GetString(BitConverter.GetBytes(BinaryPrimitives.ReverseEndianness(value)));

    private static async Task<byte[]> ReadAsync(NetworkStream stream)
    {
        var length = new byte[4];
        if (await stream.ReadAtLeastAsync(length, 4, throwOnEndOfStream: false) < 4)
            return [];
        var packet = new byte[BinaryPrimitives.ReadInt32BigEndian(length)];
        await stream.ReadExactlyAsync(packet);
        return packet;
    }
}
