using System.CommandLine;
using DirMail.Admin;
using Spectre.Console;

namespace DirMail.Verbs;

/// <summary>`dirmail queue stats` and `dirmail queue watch`: each queue in numbers, once or again and again.</summary>
internal static class QueueStatisticsVerbs
{
    private static readonly Option<int> Interval = new("--interval") { Description = "Seconds between two looks (default 1)", HelpName = "SECONDS", DefaultValueFactory = _ => 1 };
    private static readonly Option<int> Times = new("--times") { Description = "How many looks (default: until Ctrl-C)", HelpName = "NUMBER", DefaultValueFactory = _ => int.MaxValue };

    public static Command CreateStatistics()
    {
        var stats = new Command("stats", "Show each queue in numbers") { QueueVerbs.Domain, CommonOptions.Json };
        stats.SetAction(RunAsync);
        return stats;
    }

    public static Command CreateWatch()
    {
        var watch = new Command("watch", "Show each queue in numbers, live") { QueueVerbs.Domain, Interval, Times, CommonOptions.Json };
        watch.SetAction(WatchAsync);
        return watch;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        using ControlClient control = CommonOptions.Control(arguments);
        IReadOnlyList<QueueLaneReport> lanes = await control.QueueStatisticsAsync(arguments.GetValue(QueueVerbs.Domain), cancellationToken);
        if (arguments.GetValue(CommonOptions.Json))
            Show.Json(lanes);
        else
            Show.Write(TableOf(lanes));
        return ExitCode.Ok;
    }

    /// <summary>In place on a terminal; into a file or pipe one after another. As JSON one line a look.</summary>
    private static async Task<int> WatchAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        using ControlClient control = CommonOptions.Control(arguments);
        var pause = TimeSpan.FromSeconds(Math.Max(arguments.GetValue(Interval), 1));
        for (int look = arguments.GetValue(Times); look > 0; look--)
        {
            Print(await control.QueueStatisticsAsync(arguments.GetValue(QueueVerbs.Domain), cancellationToken), arguments.GetValue(CommonOptions.Json));
            if (look > 1 && !await PauseAsync(pause, cancellationToken))
                break;
        }
        return ExitCode.Ok;
    }

    /// <summary>False: Ctrl-C, which is how watching ends.</summary>
    private static async Task<bool> PauseAsync(TimeSpan pause, CancellationToken cancellationToken)
    {
        await Task.Delay(pause, cancellationToken).ContinueWith(static _ => { }, TaskScheduler.Default);
        return !cancellationToken.IsCancellationRequested;
    }

    private static void Print(IReadOnlyList<QueueLaneReport> lanes, bool json)
    {
        if (json)
        {
            Show.JsonLine(lanes);
            return;
        }
        if (!Console.IsOutputRedirected)
            AnsiConsole.Clear();
        Show.Line(Show.Time(DateTimeOffset.Now));
        Show.Write(TableOf(lanes));
    }

    internal static Table TableOf(IReadOnlyList<QueueLaneReport> lanes)
    {
        Table table = Show.Table("queue", "messages", "recipients", "due", "under way", "held by hand", "oldest", "next attempt");
        foreach (QueueLaneReport lane in lanes)
            Show.Row(table, $"{lane.Domain}/{lane.Channel}", QueueVerbs.Number(lane.Messages), QueueVerbs.Number(lane.Recipients), QueueVerbs.Number(lane.Due), QueueVerbs.Number(lane.UnderWay),
                QueueVerbs.Number(lane.Stopped), Show.Time(lane.Oldest), lane.HeldSince is { } since ? $"held since {Show.Time(since)}" : Show.Time(lane.NextAttempt));
        Show.Row(table, "all", QueueVerbs.Number(lanes.Sum(l => (long)l.Messages)), QueueVerbs.Number(lanes.Sum(l => (long)l.Recipients)), QueueVerbs.Number(lanes.Sum(l => (long)l.Due)),
            QueueVerbs.Number(lanes.Sum(l => (long)l.UnderWay)), QueueVerbs.Number(lanes.Sum(l => (long)l.Stopped)));
        return table;
    }
}
