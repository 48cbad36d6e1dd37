using System.Net.Sockets;
using DirMail.Ldap;
using DirMail.Ldap.Client;
using DirMail.Mail;
using DirMail.Routing.Cache;
using DirMail.Routing.Following;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;

namespace DirMail.Routing;

/// <summary>
/// Keeps <see cref="LiveTable"/> current from the directory by RFC 4533 refreshAndPersist or, where that is not offered, by polls; reconnects with back-off and resumes by
/// cookie. While the directory is away the last table serves, and after a restart the one from the cache on disk.
/// </summary>
public sealed class DirectoryFollower : IAsyncDisposable
{
    private static readonly TimeSpan ShortestDelay = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(10);

    private readonly DirectorySettings _settings;
    private readonly LiveTable _live;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly DirectoryConnection _directory;
    private readonly DirectoryCache? _cache;
    private readonly TableWriter _tables;
    private readonly ResiliencePipeline _connecting;
    private readonly PollState _polled;
    private readonly Places _places = new();
    private readonly RefusedCookies _refused = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly FollowerState _state;
    private Task _following = Task.CompletedTask;
    private volatile CancellationTokenSource _session = new();
    private volatile bool _beginsAnew;
    private volatile LdapClient? _client;

    private DirectoryFollower(DirectorySettings settings, LiveTable live, TimeProvider clock, ILogger logger)
    {
        (_settings, _live, _clock, _logger) = (settings, live, clock, logger);
        _cache = settings.CacheFolder.Length == 0 ? null : new(settings.CacheFolder, settings, clock, logger);
        _state = new(settings, live, clock, logger);
        _polled = new(clock);
        _directory = new(settings, clock, logger);
        _tables = new(live, _cache, clock, logger);
        _tables.Published += _state.Told;
        _connecting = new ResiliencePipelineBuilder { TimeProvider = clock }.AddRetry(BackOff()).Build();
        Metrics.AgeIs(() => live.Age.Now.TotalSeconds);
    }

    /// <summary>Loads the cache, so that its table is in force when this returns; then starts following in the background.</summary>
    public static DirectoryFollower Start(DirectorySettings settings, LiveTable live, TimeProvider clock, ILogger logger)
    {
        var follower = new DirectoryFollower(settings, live, clock, logger);
        follower.LoadCache();
        follower._following = Task.Run(() => Task.WhenAll(follower.FollowAsync(follower._stop.Token), follower.BeatAsync(follower._stop.Token)));
        return follower;
    }

    /// <summary>Completes when a table has been loaded for the first time, from the cache or from the directory.</summary>
    public Task Loaded => _state.Loaded;

    /// <summary>Completes when the directory was asked for the first time, with or without success: a table from the cache is as new as can be had at once.</summary>
    public Task Tried => _state.Tried;

    public DirectoryStatus Status => _state.Status with { Cache = _cache?.Status, Problems = [.. _client?.References.Select(Referred) ?? []] };

    /// <summary>Held removals take effect, of all or of one domain, whether the directory answers or not; then all is fetched anew, to be sure.</summary>
    /// <returns>Entries removed.</returns>
    public async Task<int> AcceptRemovalsAsync(EntryId? domain, CancellationToken cancellationToken)
    {
        int before = _live.Current.HeldRemovals.Sum(h => h.Count);
        if (before == 0)
            return 0;
        using (TableBatch batch = await _tables.BeginAsync(cancellationToken))
        {
            batch.AcceptHeld(domain);
            batch.Publish(_tables.Cookie);
        }
        int removed = before - _live.Current.HeldRemovals.Sum(h => h.Count);
        Log.RemovalsAccepted(_logger, removed);
        await BeginAnewAsync();
        return removed;
    }

    public async ValueTask DisposeAsync()
    {
        bool wasInStep = _state.Status.Connected;
        await _stop.CancelAsync();
        await _following;
        if (wasInStep)
            _tables.NoteInStep();
        _state.End();
        _tables.Dispose();
        _cache?.Dispose();
        _stop.Dispose();
    }

    private void LoadCache()
    {
        long start = _clock.GetTimestamp();
        if (!_tables.LoadCache())
            return;
        RoutingTable table = _live.Current;
        _live.Age.LostAt(table.AsOf);
        Log.CacheLoaded(_logger, table.Number, table.DomainCount, table.UserCount, table.AsOf, _clock.GetElapsedTime(start).TotalMilliseconds);
    }

    private async Task FollowAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
            try
            {
                await _connecting.ExecuteAsync(async token => await RefreshAndPersistAsync(token), stop);
                await Task.Delay(ShortestDelay, _clock, stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault)
            {
                // A bug must not end the following; the newest table goes on serving meanwhile.
                Log.FollowingFailed(_logger, fault);
                _tables.ForgetCookie();
                await Task.Delay(LongestDelay, _clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
    }

    /// <summary>While in step, the cache's time goes on with the clock, so that the age counts from the right moment after a crash.</summary>
    private async Task BeatAsync(CancellationToken stop)
    {
        using var beat = new PeriodicTimer(Beat, _clock);
        try
        {
            for (int beats = 1; await beat.WaitForNextTickAsync(stop); beats++)
            {
                _state.TellAge();
                if (_state.Status.Connected && beats % 6 == 0)
                    _tables.NoteInStep();
                if (_state.Status.Connected && _cache is { WantsRetry: true })
                    await BeginAnewAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // stopped
        }
    }

    /// <summary>The session ends, and the next begins with a full refresh.</summary>
    private Task BeginAnewAsync()
    {
        _beginsAnew = true;
        return _session.CancelAsync();
    }

    /// <summary>One connection. Its failure before the refresh is done is tried again ever later; once pushes were followed, the first retry is quick again.</summary>
    private async Task RefreshAndPersistAsync(CancellationToken stop)
    {
        bool isInStep = false;
        _session = new();
        using var session = CancellationTokenSource.CreateLinkedTokenSource(stop, _session.Token);
        if (_beginsAnew)
            _tables.ForgetCookie();
        _beginsAnew = false;
        LdapClient? client = null;
        try
        {
            client = await OpenAsync(session.Token);
            await using IFollowing following = await BeginAsync(client, session.Token);
            isInStep = await following.RefreshAsync();
            if (isInStep)
            {
                _state.NoteInStep();
                isInStep = await following.PersistAsync();
            }
            if (isInStep)
                return;
            Log.RefreshRequired(_logger, _state.Status.Url);
            _tables.ForgetCookie();
        }
        catch (LdapException lost) when (isInStep)
        {
            _state.TellLost(lost.Message, TimeSpan.Zero);
        }
        catch (LdapException failure) when (client is not null)
        {
            _directory.Failed(client, failure.Message, _clock.GetTimestamp());
            throw;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            // to begin anew
        }
        finally
        {
            _state.NoteDisconnected();
            if (client is not null)
                await client.DisposeAsync();
        }
    }

    /// <summary>Pushes where the server offers them, else polls: looked at anew at each connection. The other's cookie is of no use.</summary>
    private async Task<IFollowing> BeginAsync(LdapClient client, CancellationToken stop)
    {
        RootDse root = await RootDse.ReadAsync(client, _settings, stop);
        _state.NoteMethod(root.Method);
        if (root.Method != FollowingMethod.Sync)
            return new PollSession(new PollSearches(client, _settings, root), _settings, _polled, _tables, stop);
        if (PollCookie.Read(_tables.Cookie) is not null)
            _tables.ForgetCookie();
        return new SyncSession(client, _settings, PulseOf(client), (_tables, _places, _refused), stop);
    }

    /// <summary>A server that hangs is passed over when the next connection is opened: it would take that too, and say nothing.</summary>
    private Pulse PulseOf(LdapClient client) =>
        new(client, _settings.SilenceLimit, _clock, reason => _directory.Failed(client, reason, _clock.GetTimestamp() - (long)(_settings.SilenceLimit.TotalSeconds * _clock.TimestampFrequency)));

    private async Task<LdapClient> OpenAsync(CancellationToken stop)
    {
        bool succeeded = false;
        try
        {
            LdapClient client = await _directory.OpenBoundAsync(stop);
            succeeded = true;
            UseServer(client.Server.ToString());
            _client = client;
            return client;
        }
        finally
        {
            Metrics.Connected(succeeded);
        }
    }

    /// <summary>Another server may not know what a cookie stands for, or worse, take it for another state than ours: only its own is shown to it.</summary>
    private void UseServer(string url)
    {
        if (_tables.Cookie is not null && _tables.Server is { Length: > 0 } before && before != url)
        {
            Log.ServerChanged(_logger, url, before);
            _tables.ForgetCookie();
        }
        _tables.Server = url;
        _state.NoteServer(url);
    }

    private static DirectoryProblem Referred(string url) =>
        new(url, "ref", "another server holds this part of the tree, and referrals are not followed: what lies there is not in force; keep a copy of it on the servers of directory.url");

    private RetryStrategyOptions BackOff() => new()
    {
        MaxRetryAttempts = int.MaxValue,
        BackoffType = DelayBackoffType.Exponential,
        UseJitter = true,
        Delay = ShortestDelay,
        MaxDelay = LongestDelay,
        ShouldHandle = new PredicateBuilder().Handle<LdapException>().Handle<IOException>().Handle<SocketException>(),
        OnRetry = retry =>
        {
            _state.TellLost(retry.Outcome.Exception?.Message ?? "", retry.RetryDelay);
            return default;
        },
    };
}
