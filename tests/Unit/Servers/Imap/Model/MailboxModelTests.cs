using System.Globalization;
using DirMail.Servers;
using DirMail.Servers.Imap;
using DirMail.Unit.Servers.Pop3;
using FsCheck;
using FsCheck.Fluent;

namespace DirMail.Unit.Servers.Imap.Model;

/// <summary>
/// Random operations of several IMAP sessions, POP3 and deliveries on one account, against a simple model: sequence numbers, UIDs, flags, MODSEQs, UIDVALIDITY, what is told and when.
/// DIRMAIL_MODEL_CASES makes it longer, DIRMAIL_MODEL_SEED ("seed,gamma", as a failure names it) repeats one.
/// </summary>
public sealed class MailboxModelTests
{
    private const int Cases = 15, Operations = 40;

    [Fact]
    public async Task Sessions_and_store_agree_with_the_model()
    {
        SessionServices? services = null;
        await using Pop3Host host = await Pop3Host.StartAsync(given => services = given);
        var server = new ImapServer(services!);
        // FsCheck calls it as a plain function, on a thread of its own
        await Task.Run(() => Prop.ForAll(Lists(), operations => RunAsync(host, server, operations).GetAwaiter().GetResult()).Check(Settings()));
    }

    private static async Task RunAsync(Pop3Host host, ImapServer server, IReadOnlyList<Operation> operations)
    {
        await using ModelRun run = await ModelRun.StartAsync(host, server);
        foreach (Operation operation in operations)
            await run.DoAsync(operation);
    }

    private static Config Settings()
    {
        Config config = Config.QuickThrowOnFailure.WithMaxTest(int.TryParse(Environment.GetEnvironmentVariable("DIRMAIL_MODEL_CASES"), NumberStyles.None, CultureInfo.InvariantCulture, out int cases) ? cases : Cases);
        return Environment.GetEnvironmentVariable("DIRMAIL_MODEL_SEED")?.Split(',') is [var seed, var gamma]
            ? config.WithReplay(ulong.Parse(seed, CultureInfo.InvariantCulture), ulong.Parse(gamma, CultureInfo.InvariantCulture))
            : config;
    }

    /// <summary>Lists of operations; a failing one is made shorter by leaving some out.</summary>
    private static Arbitrary<IReadOnlyList<Operation>> Lists()
    {
        (OperationKind, int)[] weights = [.. Enum.GetValues<OperationKind>().Select(static kind => (kind, kind switch
        {
            OperationKind.Append or OperationKind.Store => 6,
            OperationKind.Delete or OperationKind.Rename or OperationKind.Examine or OperationKind.Together => 1,
            OperationKind.Resync => 4,
            _ => 2,
        }))];
        Gen<Operation> operation =
            from kind in Gen.Frequency(weights.Select(static pair => (pair.Item2, Gen.Constant(pair.Item1))))
            from session in Gen.Choose(0, 2)
            from first in Gen.Choose(0, 1000)
            from second in Gen.Choose(0, 1000)
            from third in Gen.Choose(0, 1000)
            select new Operation(kind, session, first, second, third);
        return Arb.From(Gen.ArrayOf(operation, Operations).Select(static operations => (IReadOnlyList<Operation>)operations), Shorter);
    }

    private static IEnumerable<IReadOnlyList<Operation>> Shorter(IReadOnlyList<Operation> operations)
    {
        for (int length = operations.Count / 2; length > 0; length /= 2)
            for (int at = 0; at + length <= operations.Count; at += length)
                yield return [.. operations.Take(at), .. operations.Skip(at + length)];
    }
}
