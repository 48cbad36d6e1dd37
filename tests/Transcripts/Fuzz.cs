using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace DirMail.Transcripts;

/// <summary>
/// Transcripts of one protocol cut, doubled, spliced and spoilt, sent in pieces of any size to sessions in many states. Each run has a seed of its own: DIRMAIL_FUZZ_SEED begins with another,
/// so the one that a failure names comes first; DIRMAIL_FUZZ_SECONDS makes it longer.
/// </summary>
/// <param name="marks">What is put in here and there.</param>
internal sealed class Fuzz(string protocol, IReadOnlyList<FuzzedSession> sessions, IReadOnlyList<string> marks)
{
    /// <summary>What may be held longer than a session: garbage must not pile up.</summary>
    private const long MostKept = 200_000_000;
    private const int MostPieces = 5000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly byte[][] s_octets = [[0xff, 0xfe], [0xc3], [0], [.. Enumerable.Repeat((byte)'x', 6000)]];

    private readonly int _seed = Setting("DIRMAIL_FUZZ_SEED") ?? 1;
    private readonly byte[][] _marks = [.. marks.Select(Encoding.ASCII.GetBytes), .. s_octets];
    private readonly byte[][] _seeds =
        [.. Directory.EnumerateFiles(Path.Combine(Checkout.Transcripts, protocol), "*.txt").Order(StringComparer.Ordinal).Select(Sent).Where(static octets => octets.Length > 0)];

    /// <summary>For some seconds. Each connection must come to its end, and <paramref name="fault"/> find nothing in what was sent and heard.</summary>
    public async Task RunAsync(TestServer server, Func<FuzzedSession, byte[], string, string?> fault)
    {
        TimeSpan time = TimeSpan.FromSeconds(Setting("DIRMAIL_FUZZ_SECONDS") ?? 10);
        long started = Stopwatch.GetTimestamp(), kept = 0;
        for (int run = 0; run < sessions.Count || Stopwatch.GetElapsedTime(started) < time; run++)
        {
            var random = new Random(_seed + run);
            FuzzedSession session = sessions[(_seed + run) % sessions.Count];
            byte[] octets = [.. Encoding.ASCII.GetBytes(session.Opening), .. Mutated(random)];
            (string heard, Ending ending) = await ExchangeAsync(server, session, octets, random);
            string? found = ending == Ending.None ? "it hangs" : ending == Ending.Closed && !session.IsGarbled ? fault(session, octets, heard) : null;
            if (found is not null)
                throw new Xunit.Sdk.XunitException($"DIRMAIL_FUZZ_SEED={_seed + run}: {found}\n{session}\nsent:\n{Shown(octets)}\nheard:\n{heard}");
            if (run == 10)
                kept = GC.GetTotalMemory(forceFullCollection: true);
        }
        if (kept > 0)
            Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - kept, long.MinValue, MostKept);
    }

    /// <summary>Sends everything, then no more, and reads to the end of the connection.</summary>
    /// <returns>The greeting, and what was heard after the opening.</returns>
    public static async Task<(string Heard, Ending Ending)> ExchangeAsync(TestServer server, FuzzedSession session, byte[] octets, Random random)
    {
        using var limit = new CancellationTokenSource(Patience);
        (Client client, string greeting) = await session.OpenAsync(server);
        await using (client)
        {
            int[] pieces = [.. Pieces(octets.Length, random)];
            var sending = Task.Run(() => SendAsync(client, octets, pieces), limit.Token);
            try
            {
                Task<byte[]> hearing = client.ReadToEndAsync(limit.Token);
                // a client that fails to say its end would wait in vain for the server's
                await await Task.WhenAny(hearing, sending);
                await sending.WaitAsync(limit.Token);
                return (greeting + Encoding.Latin1.GetString(await hearing), client.WasReset ? Ending.Reset : Ending.Closed);
            }
            catch (OperationCanceledException)
            {
                return (greeting, Ending.None);
            }
        }
    }

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

    private static async Task SendAsync(Client client, byte[] octets, int[] pieces)
    {
        int at = 0;
        foreach (int piece in pieces)
        {
            await client.SendAsync(octets[at..(at + piece)]);
            at += piece;
        }
        await client.EndSendingAsync();
    }

    private static IEnumerable<int> Pieces(int length, Random random)
    {
        // the longest transcripts octet by octet would be all that a run has time for
        int most = Math.Max(length / MostPieces, random.Next(3) switch { 0 => 1, 1 => 50, _ => length + 1 });
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
