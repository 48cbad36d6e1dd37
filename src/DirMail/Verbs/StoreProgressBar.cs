using System.Globalization;
using DirMail.Store;
using Spectre.Console;

namespace DirMail.Verbs;

/// <summary>How far a long work on the store is, for a person who waits: not drawn into files and pipes.</summary>
internal sealed class StoreProgressBar(ProgressTask task) : IProgress<StoreProgress>
{
    private string _what = "";

    /// <param name="workAsync">Gets null when there is nobody to draw for.</param>
    public static Task<T> RunAsync<T>(Func<StoreProgressBar?, Task<T>> workAsync)
    {
        if (Console.IsOutputRedirected || Console.IsErrorRedirected)
            return workAsync(null);
        return AnsiConsole.Progress().AutoClear(true)
            .Columns(new SpinnerColumn(), new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(context => workAsync(new(context.AddTask("opening"))));
    }

    public void Report(StoreProgress value)
    {
        if (_what != value.What)
            task.Value = 0;
        _what = value.What;
        task.Description(value.Total > 0 ? string.Create(CultureInfo.InvariantCulture, $"{value.What}: {value.Done:N0} of {value.Total:N0}") : string.Create(CultureInfo.InvariantCulture, $"{value.What}: {value.Done:N0}"));
        task.IsIndeterminate(value.Total == 0);
        task.MaxValue = Math.Max(value.Total, 1);
        task.Value = value.Done;
    }
}
