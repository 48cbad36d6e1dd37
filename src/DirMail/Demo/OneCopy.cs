using System.Globalization;
using DirMail.Admin;

namespace DirMail.Demo;

/// <summary>Step e: what the store holds before and after.</summary>
internal static class OneCopy
{
    public static async Task<IReadOnlyList<Observation>> RunAsync(DemoRun run, CancellationToken cancellationToken)
    {
        using ControlClient control = run.Server.Control();
        StoreReport before = (await control.StatusAsync(cancellationToken)).Store;
        int arrived = run.Sink.Arrivals.Count;
        string reply = await Mailing.SubmitAsync(run.Server, DemoUser.Carol,
            [DemoUser.Alice.Address, DemoUser.Carol.Address, DemoUser.HostUser.Address, "x2@xyz.test"], "onecopy", cancellationToken);
        StoreReport after = (await control.StatusAsync(cancellationToken)).Store;
        await run.Sink.WaitAsync(arrived + 1, TimeSpan.FromSeconds(5), cancellationToken);
        return
        [
            Observation.Begins("carol submits to alice, herself, admin@abc.com and x2@xyz.test", "250 2.0.0", reply),
            Observation.Of("contents stored more than before", "1", Difference(after.Contents, before.Contents)),
            Observation.Of("mailbox entries more than before", "3", Difference(after.Entries, before.Entries)),
            Observation.Of("and at xyz.test", "1", Difference(run.Sink.Arrivals.Count(a => a.Content.Contains("X-Demo-Id: onecopy", StringComparison.Ordinal)), 0)),
        ];
    }

    private static string Difference(long after, long before) => (after - before).ToString(CultureInfo.InvariantCulture);
}
