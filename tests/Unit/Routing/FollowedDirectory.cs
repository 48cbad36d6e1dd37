using DirMail.Routing;
using Microsoft.Extensions.Logging.Abstractions;

namespace DirMail.Unit.Routing;

/// <summary>The routing table as the server would have it, once it has been loaded.</summary>
internal sealed class FollowedDirectory : IAsyncDisposable
{
    private readonly LiveTable _live;
    private readonly DirectoryFollower _follower;

    private FollowedDirectory(LiveTable live, DirectoryFollower follower) => (_live, _follower) = (live, follower);

    public RoutingTable Table => _live.Current;

    public static async Task<FollowedDirectory> StartAsync(DirectorySettings settings)
    {
        var live = new LiveTable(settings, TimeProvider.System);
        DirectoryFollower follower = DirectoryFollower.Start(settings, live, TimeProvider.System, NullLogger.Instance);
        await follower.Loaded;
        return new(live, follower);
    }

    public ValueTask DisposeAsync() => _follower.DisposeAsync();
}
