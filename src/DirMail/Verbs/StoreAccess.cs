using System.CommandLine;
using DirMail.Admin;
using DirMail.Serve;
using DirMail.Settings;
using DirMail.Store;
using Microsoft.Extensions.Logging.Abstractions;

namespace DirMail.Verbs;

/// <summary>The store a verb works on: by the server that has it open, else opened here under the data folder's lock.</summary>
internal sealed class StoreAccess(ServerFile settings)
{
    public StoreSettings Store { get; } = settings.Store with { KeepsStrayFiles = true, Indexes = false };

    public static StoreAccess Of(ParseResult arguments) => new(CommonOptions.Load(arguments));

    /// <param name="byServerAsync">What a running server is asked to do; null: it must not run.</param>
    /// <param name="hereAsync">The same on the store itself.</param>
    /// <returns>The exit code of a failure; null: done.</returns>
    public async Task<int?> RunAsync<T>(Func<ControlClient, IProgress<StoreProgress>?, Task<T>>? byServerAsync, Func<MessageStore, IProgress<StoreProgress>?, Task<T>> hereAsync, Action<T> done, CancellationToken cancellationToken)
    {
        try
        {
            if (!File.Exists(Path.Combine(Store.Folder, "store.db")))
                throw new IOException($"there is no message store in {Store.Folder}: name its data folder with --data");
            done(await StoreProgressBar.RunAsync(bar => WorkAsync(byServerAsync, hereAsync, bar, cancellationToken)));
            return null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Show.Error(failure.Message);
            return ExitCode.Failed;
        }
    }

    private async Task<T> WorkAsync<T>(Func<ControlClient, IProgress<StoreProgress>?, Task<T>>? byServerAsync, Func<MessageStore, IProgress<StoreProgress>?, Task<T>> hereAsync, IProgress<StoreProgress>? bar, CancellationToken cancellationToken)
    {
        DataFolder held;
        try
        {
            held = DataFolder.Hold(settings.DataFolder);
        }
        catch (IOException) when (byServerAsync is not null && File.Exists(Path.Combine(settings.DataFolder, ControlServer.SocketName)))
        {
            using var control = new ControlClient(settings.DataFolder);
            return await byServerAsync(control, bar);
        }
        using (held)
        await using (MessageStore store = await MessageStore.OpenAsync(Store, TimeProvider.System, NullLogger.Instance, cancellationToken))
            return await hereAsync(store, bar);
    }
}
