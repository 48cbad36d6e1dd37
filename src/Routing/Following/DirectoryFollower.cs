using System.Net.Sockets;
using DirMail.Ldap;
using DirMail.Ldap.Client;
using DirMail.Routing.Following;
using DirMail.Routing.Table;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;

namespace DirMail.Routing;

/// <summary>
/// Keeps <see cref="LiveTable"/> current from the directory by RFC 4533 refreshAndPersist or, where that is not offered, by polls; reconnects with back-off and resumes by cookie. While the directory is away
/// the last table serves. The cookie lives as long as the process; a later snapshot file keeps it together with the entries.
/// </summary>
public sealed class DirectoryFollower : IAsyncDisposable
{
    private static readonly TimeSpan ShortestDelay = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(10);

    private readonly DirectorySettings _settings;
    private readonly LiveTable _live;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly DirectoryConnection _directory;
    private readonly ResiliencePipeline _connecting;
    private readonly PollState _polled;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _following = Task.CompletedTask;
    private DateTimeOffset _lastInStep;
    private byte[]? _cookie;
    private string? _cookieFrom;
    private volatile DirectoryStatus _status;

    private DirectoryFollower(DirectorySettings settings, LiveTable live, TimeProvider clock, ILogger logger)
    {
        (_settings, _live, _clock, _logger) = (settings, live, clock, logger);
        _status = new(settings.Url, false, false, null, null);
        _lastInStep = clock.GetUtcNow();
        _polled = new(clock);
        _directory = new(settings, clock, logger);
        _connecting = new ResiliencePipelineBuilder { TimeProvider = clock }.AddRetry(BackOff()).Build();
        Metrics.AgeIs(() => _status.Connected ? 0 : (clock.GetUtcNow() - _lastInStep).TotalSeconds);
    }

    /// <summary>Starts following in the background.</summary>
    public static DirectoryFollower Start(DirectorySettings settings, LiveTable live, TimeProvider clock, ILogger logger)
    {
        var follower = new DirectoryFollower(settings, live, clock, logger);
        follower._following = Task.Run(() => follower.FollowAsync(follower._stop.Token));
        return follower;
    }

    /// <summary>Completes when a table has been loaded for the first time.</summary>
    public Task Loaded => _loaded.Task;

    public DirectoryStatus Status => _status;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _following;
        _loaded.TrySetCanceled();
        _stop.Dispose();
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
                _cookie = null;
                await Task.Delay(LongestDelay, _clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
    }

    /// <summary>One connection. Its failure before the refresh is done is tried again ever later; once pushes were followed, the first retry is quick again.</summary>
    private async Task RefreshAndPersistAsync(CancellationToken stop)
    {
        bool isInStep = false;
        await using LdapClient client = await OpenAsync(stop);
        try
        {
            await using IFollowing session = await BeginAsync(client, stop);
            isInStep = await session.RefreshAsync();
            if (isInStep)
            {
                _cookie = session.Cookie;
                _status = _status with { Connected = true, LastError = null };
                isInStep = await FollowPushesAsync(session);
            }
            if (isInStep)
                return;
            Log.RefreshRequired(_logger, _status.Url);
            _cookie = null;
        }
        catch (LdapException lost) when (isInStep)
        {
            TellLost(lost.Message, TimeSpan.Zero);
        }
        catch (LdapException failure)
        {
            _directory.Failed(client, failure.Message, _clock.GetTimestamp());
            throw;
        }
        finally
        {
            NoteDisconnected();
        }
    }

    private async Task<bool> FollowPushesAsync(IFollowing session)
    {
        try
        {
            return await session.PersistAsync();
        }
        finally
        {
            _cookie = session.Cookie;
        }
    }

    /// <summary>Pushes where the server offers them, else polls: looked at anew at each connection. The other's cookie is of no use.</summary>
    private async Task<IFollowing> BeginAsync(LdapClient client, CancellationToken stop)
    {
        RootDse root = await RootDse.ReadAsync(client, _settings, stop);
        if (root.Method != _status.Method || !_status.Loaded)
            Log.Follows(_logger, _status.Url, root.Method, _settings.PollInterval);
        _status = _status with { Method = root.Method };
        if (root.Method == FollowingMethod.Sync)
            return new SyncSession(client, _settings, PollCookie.Read(_cookie) is null ? _cookie : null, () => _live.Current, Publish, stop);
        return new PollSession(new PollSearches(client, _settings, root), _settings, _polled, new PolledTable(() => _live.Current, Publish, _cookie, _clock), stop);
    }

    private async Task<LdapClient> OpenAsync(CancellationToken stop)
    {
        bool succeeded = false;
        try
        {
            LdapClient client = await _directory.OpenBoundAsync(stop);
            succeeded = true;
            UseServer(client.Server.ToString());
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
        if (_cookie is not null && _cookieFrom is not null && _cookieFrom != url)
        {
            Log.ServerChanged(_logger, url, _cookieFrom);
            _cookie = null;
        }
        _cookieFrom = url;
        _status = _status with { Url = url };
    }

    private void Publish(TableBuilder builder)
    {
        TableChanged change = builder.Build(_clock.GetUtcNow());
        TimeSpan time = _clock.GetElapsedTime(builder.Started);
        _live.Publish(change, fault => Log.SubscriberFailed(_logger, fault));
        Metrics.Applied(change.Table, time);
        _status = _status with { Loaded = true, LastChange = change.Table.AsOf };
        Log.Changed(_logger, change.Table.Number, change.Domains.Count, change.Users.Count, change.PasswordsMaybeChanged.Count);
        if (!change.Everything)
            return;
        Log.Loaded(_logger, _status.Url, change.Table.Number, change.Table.DomainCount, change.Table.UserCount, time.TotalMilliseconds);
        if (change.Table.Problems is [var first, ..] problems)
            Log.Problems(_logger, problems.Count, first.Dn, first.Attribute, first.Text);
        _loaded.TrySetResult();
    }

    private void TellLost(string reason, TimeSpan delay)
    {
        NoteDisconnected();
        _status = _status with { LastError = reason };
        Log.Lost(_logger, _status.Url, reason, _live.Current.Number, delay);
    }

    private void NoteDisconnected()
    {
        if (_status.Connected)
            _lastInStep = _clock.GetUtcNow();
        _status = _status with { Connected = false };
    }

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
            TellLost(retry.Outcome.Exception?.Message ?? "", retry.RetryDelay);
            return default;
        },
    };
}

/// <param name="Url">The server in use, or last used; before there was one, all.</param>
/// <param name="LastError">Null while all is well.</param>
public sealed record DirectoryStatus(string Url, bool Connected, bool Loaded, DateTimeOffset? LastChange, string? LastError)
{
    /// <summary>How it is followed, as far as it was asked.</summary>
    public FollowingMethod Method { get; init; }
}
