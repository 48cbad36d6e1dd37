using System.Collections.Concurrent;
using DirMail.Routing;
using DirMail.Unit.Transfer;
using Microsoft.Extensions.Logging.Abstractions;

namespace DirMail.Unit.Routing;

/// <summary>A follower and its table, whose changes can be awaited one by one.</summary>
internal sealed class Following : IAsyncDisposable
{
    private readonly BlockingCollection<TableChanged> _changes = [];
    private readonly SemaphoreSlim _changed = new(0);
    private readonly LiveTable _live;

    private Following(DirectorySettings settings, ServedDirectory? directory)
    {
        Directory = directory!;
        _live = new LiveTable(settings, TimeProvider.System);
        _live.Changed += change =>
        {
            _changes.Add(change);
            _changed.Release();
        };
        Follower = DirectoryFollower.Start(settings, _live, TimeProvider.System, NullLogger.Instance);
    }

    public ServedDirectory Directory { get; }
    public DirectoryFollower Follower { get; }
    public RoutingTable Table => _live.Current;

    public static async Task<Following> StartAsync()
    {
        ServedDirectory directory = await ServedDirectory.StartAsync();
        return await StartAsync(directory.Settings, directory);
    }

    /// <param name="directory">Its own, which ends with it.</param>
    public static async Task<Following> StartAsync(DirectorySettings settings, ServedDirectory? directory = null)
    {
        var following = new Following(settings, directory);
        await following.Follower.Loaded.WaitAsync(TransferRoom.Soon);
        await following.NextAsync();
        return following;
    }

    public MailUser User(string uid, string domain) => Table.FindUser(Table.FindDomain(domain)!, uid)!;

    public async Task<TableChanged> NextAsync()
    {
        Assert.True(await _changed.WaitAsync(TransferRoom.Soon));
        return _changes.Take();
    }

    public async Task UntilAsync(Func<RoutingTable, bool> isSo)
    {
        while (!isSo(Table))
            await NextAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Follower.DisposeAsync();
        if (Directory is not null)
            await Directory.DisposeAsync();
        _changed.Dispose();
        _changes.Dispose();
    }
}
