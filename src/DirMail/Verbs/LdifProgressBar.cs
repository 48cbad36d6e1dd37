using System.Diagnostics;
using System.Globalization;
using DirMail.Routing;
using Spectre.Console;

namespace DirMail.Verbs;

/// <summary>Records, percent by the files' size, rate and the time that is left, for a person who waits: not drawn into files and pipes.</summary>
internal sealed class LdifProgressBar(ProgressTask task) : IProgress<LdifProgress>
{
    private long _started = Stopwatch.GetTimestamp();
    private LdifPhase _phase;

    /// <param name="isAllowed">False: the output itself goes to the terminal.</param>
    /// <param name="workAsync">Gets null when there is nobody to draw for.</param>
    public static Task<int> RunAsync(Func<LdifProgressBar?, Task<int>> workAsync, bool isAllowed = true)
    {
        if (!isAllowed || Console.IsOutputRedirected || Console.IsErrorRedirected)
            return workAsync(null);
        return AnsiConsole.Progress().AutoClear(true)
            .Columns(new SpinnerColumn(), new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(context => workAsync(new(context.AddTask("connecting"))));
    }

    public void Report(LdifProgress value)
    {
        if (_phase != value.Phase)
            (_phase, _started) = (value.Phase, Stopwatch.GetTimestamp());
        double seconds = Math.Max(Stopwatch.GetElapsedTime(_started).TotalSeconds, 0.001);
        task.Description(string.Create(CultureInfo.InvariantCulture, $"{value.Phase.ToString().ToLowerInvariant()}: {value.Records:N0} records, {value.Records / seconds:N0}/s"));
        task.IsIndeterminate(value.TotalOctets is null);
        task.MaxValue = Math.Max(value.TotalOctets ?? 1, 1);
        task.Value = value.Octets;
    }
}
