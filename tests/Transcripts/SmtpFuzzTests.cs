using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using DirMail.Servers;

namespace DirMail.Transcripts;

/// <summary>
/// Transcripts of SMTP cut, doubled, spliced and spoilt, sent in pieces of any size. Whatever comes: each reply is a reply, no message is accepted whose end was not sent, the server
/// goes on, and the store is sound afterwards. DIRMAIL_FUZZ_SEED repeats a run, DIRMAIL_FUZZ_SECONDS makes it longer.
/// </summary>
public sealed partial class SmtpFuzzTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private static readonly byte[][] Marks =
    [
        .. new[] { "\r\n", "\n", "\r", ".\r\n", "\r\n.\r\n", "\n.\n", "\r.\r", "\n.\r\n", "\0", " ", "<", ">", ":", "=", "BDAT 5\r\n", "BDAT 3 LAST\r\n", "BDAT 99999999999999999999\r\n", "DATA\r\n",
            "EHLO x\r\n", "RSET\r\n", "MAIL FROM:<x@xyz.test>\r\n", "RCPT TO:<carol@cde.com>\r\n", " BODY=BINARYMIME", " SMTPUTF8", " NOTIFY=NEVER", "AUTH LOGIN\r\n", "ETRN #bcd.com\r\n" }.Select(Encoding.ASCII.GetBytes),
        [0xff, 0xfe], [0xc3], [.. Enumerable.Repeat((byte)'x', 6000)],
    ];

    [Fact]
    public async Task No_mutation_harms_or_is_taken_for_a_message()
    {
        int seed = Setting("DIRMAIL_FUZZ_SEED") ?? Environment.TickCount;
        TimeSpan time = TimeSpan.FromSeconds(Setting("DIRMAIL_FUZZ_SECONDS") ?? 8);
        var random = new Random(seed);
        byte[][] seeds = [.. Directory.EnumerateFiles(Path.Combine(Checkout.Transcripts, "smtp"), "*.txt").Order(StringComparer.Ordinal).Select(Sent).Where(static octets => octets.Length > 0)];
        await using TestServer server = await TestServer.StartAsync(new ServerSettings { Tarpit = TimeSpan.Zero, MaxErrors = 200, MaxMessageOctets = 20_000 });
        long started = Stopwatch.GetTimestamp();
        for (int run = 0; run == 0 || Stopwatch.GetElapsedTime(started) < time; run++)
        {
            byte[] octets = Mutated(random, seeds);
            string replies = await ExchangeAsync(server.Endpoint(random.Next(2) == 0 ? "smtp" : "submission", IPAddress.Loopback), octets, random);
            if (Fault(octets, replies) is { } fault)
                Assert.Fail($"DIRMAIL_FUZZ_SEED={seed}, run {run}: {fault}\nsent:\n{Shown(octets)}\nheard:\n{replies}");
        }
        string last = await ExchangeAsync(server.Endpoint("smtp", IPAddress.Loopback), "EHLO x\r\nQUIT\r\n"u8.ToArray(), random);
        Assert.EndsWith("221 2.0.0 bye\r\n", last, StringComparison.Ordinal);
    }

    private static int? Setting(string name) => int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : null;

    /// <summary>What the first client of a transcript sends, as far as it speaks SMTP in plain text.</summary>
    private static byte[] Sent(string file) =>
        [.. Step.Read(file).TakeWhile(static step => step is not Step.Order { Words: ["tls", ..] }).OfType<Step.Send>().Where(static send => send.Client == "A").SelectMany(static send => Encoding.UTF8.GetBytes(send.Text))];

    private static byte[] Mutated(Random random, byte[][] seeds)
    {
        List<byte> octets = [.. seeds[random.Next(seeds.Length)]];
        for (int i = random.Next(1, 6); i > 0; i--)
        {
            int at = random.Next(octets.Count + 1), length = Math.Min(random.Next(1, 40), octets.Count - at);
            switch (random.Next(6))
            {
                case 0 when length > 0:
                    octets[at] = (byte)random.Next(256);
                    break;
                case 1:
                    octets.RemoveRange(at, length);
                    break;
                case 2:
                    octets.InsertRange(at, octets.GetRange(at, length));
                    break;
                case 3:
                    byte[] other = seeds[random.Next(seeds.Length)];
                    octets.InsertRange(at, other[random.Next(other.Length)..]);
                    break;
                default:
                    octets.InsertRange(at, Marks[random.Next(Marks.Length)]);
                    break;
            }
        }
        return [.. octets];
    }

    /// <summary>Sends everything, then no more, and reads to the end of the connection.</summary>
    private static async Task<string> ExchangeAsync(IPEndPoint endpoint, byte[] octets, Random random)
    {
        using var limit = new CancellationTokenSource(Patience);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(endpoint, limit.Token);
        int[] pieces = [.. Pieces(octets.Length, random)];
        Task sending = SendAsync(socket, octets, pieces, limit.Token);
        var heard = new MemoryStream();
        var buffer = new byte[8192];
        try
        {
            while (await socket.ReceiveAsync(buffer, limit.Token) is var read and > 0)
                heard.Write(buffer, 0, read);
        }
        catch (SocketException)
        {
            // it closed with some of ours unread
        }
        await sending;
        return Encoding.Latin1.GetString(heard.ToArray());
    }

    private static async Task SendAsync(Socket socket, byte[] octets, int[] pieces, CancellationToken cancellationToken)
    {
        try
        {
            int at = 0;
            foreach (int piece in pieces)
            {
                await socket.SendAsync(octets.AsMemory(at, piece), cancellationToken);
                at += piece;
            }
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
        }
    }

    private static IEnumerable<int> Pieces(int length, Random random)
    {
        int most = random.Next(3) switch { 0 => 1, 1 => 50, _ => length + 1 };
        for (int at = 0; at < length;)
        {
            int piece = Math.Min(random.Next(1, most + 1), length - at);
            at += piece;
            yield return piece;
        }
    }

    /// <summary>Null: all is well. After STARTTLS was begun, what comes is TLS.</summary>
    private static string? Fault(byte[] sent, string heard)
    {
        int tls = heard.IndexOf("ready to start TLS\r\n", StringComparison.Ordinal);
        string plain = tls < 0 ? heard : heard[..(tls + 20)];
        if (plain.Length > 0 && !plain.EndsWith("\r\n", StringComparison.Ordinal))
            return "a reply without its end";
        foreach (string line in plain.Split("\r\n")[..^1])
            if (!Reply().IsMatch(line))
                return $"no reply: '{line}'";
        string text = Encoding.Latin1.GetString(sent);
        int ends = End().Count("\r\n" + text) + Last().Count(text), accepted = plain.Split("250 2.0.0 accepted").Length - 1;
        return accepted > ends ? $"{accepted} messages accepted, {ends} sent" : null;
    }

    private static string Shown(byte[] octets) => Encoding.Latin1.GetString(octets).Replace("\r", "\\r", StringComparison.Ordinal).Replace("\n", "\\n\n", StringComparison.Ordinal);

    [GeneratedRegex(@"^[2-5][0-9][0-9]([ -][\x20-\x7e]*)?$")]
    private static partial Regex Reply();

    /// <summary>CR LF dot CR LF, the last CR LF being the first of the next, too.</summary>
    [GeneratedRegex(@"(?<=\r\n)\.\r\n")]
    private static partial Regex End();

    [GeneratedRegex("LAST", RegexOptions.IgnoreCase)]
    private static partial Regex Last();
}
