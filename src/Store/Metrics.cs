using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace DirMail.Store;

/// <summary>What may fail here: the closed set of the failure counter's tag.</summary>
internal enum StoreFailure
{
    Commit,
    Job,
    Content,
    Checkpoint,
    Sweep,
    Index,
}

internal static class Metrics
{
    public static readonly ActivitySource Activities = new("DirMail.Store");
    private static readonly Meter Meter = new("DirMail.Store");

    private static readonly Histogram<int> GroupJobs =
        Meter.CreateHistogram<int>("dirmail.store.group.jobs", "{job}", "Jobs that shared one transaction and one sync");

    private static readonly Histogram<double> CommitSeconds =
        Meter.CreateHistogram<double>("dirmail.store.commit.duration", "s", "Time of one transaction from its first job to the end of its sync");

    private static readonly UpDownCounter<int> Waiting =
        Meter.CreateUpDownCounter<int>("dirmail.store.waiting", "{job}", "Jobs that wait for the writer");

    private static readonly UpDownCounter<long> Octets =
        Meter.CreateUpDownCounter<long>("dirmail.store.octets", "By", "Octets of stored contents, each counted once");

    private static readonly Counter<long> Failures =
        Meter.CreateCounter<long>("dirmail.store.failures", "{failure}", "What the store could not do, by kind");

    private static readonly Gauge<long> SearchLag =
        Meter.CreateGauge<long>("dirmail.store.search.lag", "{message}", "Messages that the search index does not have yet");

    private static readonly Gauge<double> SearchLagAge =
        Meter.CreateGauge<double>("dirmail.store.search.lag.age", "s", "Time since the oldest of them came into a mailbox");

    /// <param name="lag">Messages.</param>
    public static void Indexing(long lag) => SearchLag.Record(lag);

    public static void IndexingSince(TimeSpan age) => SearchLagAge.Record(age.TotalSeconds);

    public static void Committed(int jobs, TimeSpan took)
    {
        GroupJobs.Record(jobs);
        CommitSeconds.Record(took.TotalSeconds);
    }

    public static void Queued(int jobs) => Waiting.Add(jobs);

    public static void Stored(long octets) => Octets.Add(octets);

    public static void Failed(StoreFailure kind) => Failures.Add(1, new KeyValuePair<string, object?>("kind", kind.ToString()));
}
