using System.Diagnostics;
using System.Diagnostics.Metrics;
using DirMail.Mail;

namespace DirMail.Transfer;

internal static class Metrics
{
    private static readonly Meter Meter = new("DirMail.Transfer");

    private static readonly Counter<long> Messages = Meter.CreateCounter<long>("dirmail.transfer.messages", "{message}", "Messages offered to the transfer unit, by result.");
    private static readonly Histogram<long> Sizes = Meter.CreateHistogram<long>("dirmail.transfer.size", "By", "Octets of messages offered to the transfer unit.");
    private static readonly Counter<long> Attempts = Meter.CreateCounter<long>("dirmail.transfer.attempts", "{recipient}", "Recipients attempted from the queue, by channel and outcome.");
    private static readonly Histogram<double> Durations = Meter.CreateHistogram<double>("dirmail.transfer.attempt.duration", "s", "How long attempts took, by channel.");
    private static readonly UpDownCounter<long> Running = Meter.CreateUpDownCounter<long>("dirmail.transfer.running", "{delivery}", "Deliveries under way.");
    private static readonly Counter<long> Reports = Meter.CreateCounter<long>("dirmail.transfer.reports", "{message}", "Delivery reports made.");

    public static ActivitySource Source { get; } = new("DirMail.Transfer");

    public static void Accepted(bool accepted, long octets)
    {
        Messages.Add(1, new KeyValuePair<string, object?>("result", accepted ? "accepted" : "refused"));
        Sizes.Record(octets);
    }

    public static void AttemptStarted() => Running.Add(1);

    /// <param name="duration">Null: it was not made.</param>
    public static void AttemptEnded(string channel, TimeSpan? duration)
    {
        Running.Add(-1);
        if (duration is { } time)
            Durations.Record(time.TotalSeconds, new KeyValuePair<string, object?>("channel", channel));
    }

    public static void Attempted(string channel, Outcome outcome) =>
        Attempts.Add(1, new("channel", channel), new("outcome", Name(outcome)));

    public static void Reported() => Reports.Add(1);

    public static string Name(Outcome outcome) => outcome switch
    {
        Outcome.Delivered => "delivered",
        Outcome.Deferred => "deferred",
        _ => "failed",
    };
}
