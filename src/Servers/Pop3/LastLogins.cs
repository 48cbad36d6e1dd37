using DirMail.Mail;

namespace DirMail.Servers.Pop3;

/// <summary>When each user logged in last, as long as it matters (RFC 2449 6.5).</summary>
internal sealed class LastLogins(TimeProvider clock)
{
    /// <summary>Looked through for those that do not matter any more when there are so many.</summary>
    private const int Many = 10_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<EntryId, long> _times = [];
    private int _next = Many;

    /// <summary>False: the last one was less than <paramref name="delay"/> ago; it still counts.</summary>
    public bool TryEnter(EntryId user, TimeSpan delay)
    {
        if (delay <= TimeSpan.Zero)
            return true;
        long now = clock.GetTimestamp();
        lock (_gate)
        {
            if (_times.TryGetValue(user, out long last) && clock.GetElapsedTime(last, now) < delay)
                return false;
            _times[user] = now;
            if (_times.Count >= _next)
            {
                foreach ((EntryId old, long time) in _times.ToArray())
                    if (clock.GetElapsedTime(time, now) >= delay)
                        _times.Remove(old);
                _next = Math.Max(Many, 2 * _times.Count);
            }
            return true;
        }
    }
}
