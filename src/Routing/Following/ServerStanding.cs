using DirMail.Ldap.Client;

namespace DirMail.Routing.Following;

/// <summary>
/// What is known of one server of the directory. After a failure it is passed over for a while, so that not everybody waits for it again; then one caller tries it
/// while the others still pass it over (the circuit breaker of Polly wants two failures, and we want none to wait twice).
/// </summary>
internal sealed class ServerStanding(LdapServer server, TimeProvider clock)
{
    private static readonly TimeSpan PassedOver = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan SilencePassedOver = TimeSpan.FromSeconds(5);

    /// <summary>A failure that took longer is one that others should not have to wait for.</summary>
    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private string? _fault;
    private bool _wasSilent;
    private long _failed;
    private long _served = long.MinValue;

    public LdapServer Server => server;

    /// <summary>What it answered last; null while it serves.</summary>
    public string? Fault
    {
        get
        {
            lock (_lock)
                return _fault;
        }
    }

    /// <summary>Whether to try it before those that failed. True for one caller alone when its time is over.</summary>
    public bool Claim()
    {
        lock (_lock)
        {
            if (_fault is null)
                return true;
            if (clock.GetElapsedTime(_failed) < PassedOver)
                return false;
            _failed = clock.GetTimestamp();
            return true;
        }
    }

    /// <summary>Whether to try it when no other serves: not one that lately let somebody wait in vain.</summary>
    public bool IsWorthAsking
    {
        get
        {
            lock (_lock)
                return _fault is null || !_wasSilent || clock.GetElapsedTime(_failed) >= SilencePassedOver;
        }
    }

    public void Served()
    {
        lock (_lock)
            (_fault, _served) = (null, clock.GetTimestamp());
    }

    /// <param name="since">When the attempt began (a timestamp of the clock): a server that served somebody meanwhile has not failed.</param>
    /// <returns>Whether it served until now.</returns>
    public bool Failed(string reason, long since)
    {
        lock (_lock)
        {
            if (_served > since)
                return false;
            bool isNew = _fault is null;
            (_fault, _failed, _wasSilent) = (reason, clock.GetTimestamp(), clock.GetElapsedTime(since) > AtOnce);
            return isNew;
        }
    }
}
