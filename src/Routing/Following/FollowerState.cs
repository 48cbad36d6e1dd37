using Microsoft.Extensions.Logging;

namespace DirMail.Routing.Following;

/// <summary>What is known of the following, and who is told of it: status, age of the table, log, metrics.</summary>
internal sealed class FollowerState(DirectorySettings settings, LiveTable live, TimeProvider clock, ILogger logger)
{
    private readonly TaskCompletionSource _loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _tried = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isOld;
    private volatile DirectoryStatus _status = new(settings.Url, false, null, null, null);

    public Task Loaded => _loaded.Task;
    public Task Tried => _tried.Task;
    public DirectoryStatus Status => _status;

    public void End() => _loaded.TrySetCanceled();

    public void NoteServer(string url) => _status = _status with { Url = url };

    public void NoteMethod(FollowingMethod method)
    {
        if (method != _status.Method || !_status.Loaded)
            Log.Follows(logger, _status.Url, method, settings.PollInterval);
        _status = _status with { Method = method };
    }

    /// <summary>Once when the table grows too old, and once when it no longer is.</summary>
    public void TellAge()
    {
        TimeSpan age = live.Age.Now;
        bool isOld = live.Current.IsLoaded && age > settings.SoftLimit;
        if (isOld && !_isOld)
            Log.TableOld(logger, _status.Url, age, settings.SoftLimit, _status.LastError ?? "");
        else if (!isOld && _isOld)
            Log.TableFresh(logger, _status.Url);
        _isOld = isOld;
    }

    public void Told(TableChanged change, TimeSpan time)
    {
        Metrics.Applied(change.Table, time);
        _status = _status with { Loaded = true, LastChange = change.Table.AsOf };
        Log.Changed(logger, change.Table.Number, change.Domains.Count, change.Users.Count, change.PasswordsMaybeChanged.Count);
        if (!change.Everything)
            return;
        if (time > TimeSpan.Zero)
            Log.Loaded(logger, _status.Url, change.Table.Number, change.Table.DomainCount, change.Table.UserCount, time.TotalMilliseconds);
        if (change.Table.Problems is [var first, ..] problems)
            Log.Problems(logger, problems.Count, first.Dn, first.Attribute, first.Text);
        _loaded.TrySetResult();
    }

    public void TellLost(string reason, TimeSpan delay)
    {
        NoteDisconnected();
        _status = _status with { LastError = reason };
        Log.Lost(logger, _status.Url, reason, live.Current.Number, delay);
    }

    public void NoteInStep()
    {
        live.Age.InStep();
        _status = _status with { ConnectedSince = clock.GetUtcNow(), LastError = null };
        _tried.TrySetResult();
    }

    public void NoteDisconnected()
    {
        if (_status.Connected)
            live.Age.LostAt(clock.GetUtcNow());
        _status = _status with { ConnectedSince = null };
        _tried.TrySetResult();
    }
}
