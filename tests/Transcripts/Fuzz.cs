using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace DirMail.Transcripts;

/// <summary>
/// Transcripts of one protocol cut, doubled, spliced and spoilt, sent in pieces of any size. DIRMAIL_FUZZ_SEED repeats a run, DIRMAIL_FUZZ_SECONDS makes it longer.
/// </summary>
/// <param name="openings">What is sent, unspoilt, before: it brings the session into a state.</param>
/// <param name="marks">What is put in here and there.</param>
internal sealed class Fuzz(string protocol, IReadOnlyList<string> openings, IReadOnlyList<string> marks)
{
    /// <summary>What may be held longer than a session: garbage must not pile up.</summary>
    private const long MostKept = 200_000_000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly byte[][] s_octets = [[0xff, 0xfe], [0xc3], [0], [.. Enumerable.Repeat((byte)'x', 6000)]];

    private readonly int _seed = Setting("DIRMAIL_FUZZ_SEED") ?? Environment.TickCount;
    private readonly byte[][] _marks = [.. marks.Select(Encoding.ASCII.GetBytes), .. s_octets];
    private readonly byte[][] _seeds =
        [.. Directory.EnumerateFiles(Path.Combine(Checkout.Transcripts, protocol), "*.txt").Order(StringComparer.Ordinal).Select(Sent).Where(static octets => octets.Length > 0)];

    /// <summary>For some seconds. Each connection must come to its end, and <paramref name="fault"/> find nothing in what was sent and heard.</summary>
    public async Task RunAsync(TestServer server, string[] services, Func<byte[], string, string?> fault)
    {
        TimeSpan time = TimeSpan.FromSeconds(Setting("DIRMAIL_FUZZ_SECONDS") ?? 6);
        var random = new Random(_seed);
        long started = Stopwatch.GetTimestamp(), kept = 0;
        for (int run = 0; run == 0 || Stopwatch.GetElapsedTime(started) < time; run++)
        {
            byte[] octets = [.. Encoding.ASCII.GetBytes(openings[random.Next(openings.Count)]), .. Mutated(random)];
            (string heard, Ending ending) = await ExchangeAsync(server.Endpoint(services[random.Next(services.Length)], IPAddress.Loopback), octets, random);
            if (ending == Ending.None)
                throw Failure(run, "it hangs", octets, heard);
            if (ending == Ending.Closed && fault(octets, heard) is { } found)
                throw Failure(run, found, octets, heard);
            if (run == 10)
                kept = GC.GetTotalMemory(forceFullCollection: true);
        }
        if (kept > 0)
            Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - kept, long.MinValue, MostKept);
    }

    /// <summary>Sends everything, then no more, and reads to the end of the connection.</summary>
    public static async Task<(string Heard, Ending Ending)> ExchangeAsync(IPEndPoint endpoint, byte[] octets, Random random)
    {
        using var limit = new CancellationTokenSource(Patience);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(endpoint, limit.Token);
        int[] pieces = [.. Pieces(octets.Length, random)];
        Task sending = SendAsync(socket, octets, pieces, limit.Token);
        var heard = new MemoryStream();
        var buffer = new byte[8192];
        Ending ending = Ending.Closed;
        try
        {
            while (await socket.ReceiveAsync(buffer, limit.Token) is var read and > 0)
                heard.Write(buffer, 0, read);
        }
        catch (SocketException)
        {
            ending = Ending.Reset;
        }
        catch (OperationCanceledException)
        {
            ending = Ending.None;
        }
        await sending;
        return (Encoding.Latin1.GetString(heard.ToArray()), ending);
    }

    private Xunit.Sdk.XunitException Failure(int run, string fault, byte[] sent, string heard) =>
        new($"DIRMAIL_FUZZ_SEED={_seed}, run {run}: {fault}\nsent:\n{Shown(sent)}\nheard:\n{heard}");

    private byte[] Mutated(Random random)
    {
        List<byte> octets = [.. _seeds[random.Next(_seeds.Length)]];
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
                    byte[] other = _seeds[random.Next(_seeds.Length)];
                    octets.InsertRange(at, other[random.Next(other.Length)..]);
                    break;
                default:
                    octets.InsertRange(at, _marks[random.Next(_marks.Length)]);
                    break;
            }
        }
        return [.. octets];
    }

    private static int? Setting(string name) => int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : null;

    /// <summary>What the first client of a transcript sends, as far as it speaks in plain text.</summary>
    private static byte[] Sent(string file) =>
        [.. Step.Read(file).TakeWhile(static step => step is not Step.Order { Words: ["tls" or "deflate", ..] }).OfType<Step.Send>().Where(static send => send.Client == "A").SelectMany(static send => Encoding.UTF8.GetBytes(send.Text))];

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
        catch (Exception ended) when (ended is SocketException or OperationCanceledException)
        {
            // it closed first, or takes no more
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

    private static string Shown(byte[] octets) => Encoding.Latin1.GetString(octets).Replace("\r", "\\r", StringComparison.Ordinal).Replace("\n", "\\n\n", StringComparison.Ordinal);

    /// <summary>How a connection ended. Reset: the server closed with some of ours unread, and what it had said last may be lost. None: within our patience it did not.</summary>
    internal enum Ending
    {
        Closed,
        Reset,
        None,
    }
}
