namespace DirMail.Wire;

/// <summary>
/// How long one piece of content (a message, a literal) may be waited for: for each of its octets at most the idle time, and in all no longer than the idle time and
/// a second more for each <see cref="OctetsPerSecond"/> that came. A client that drips octets is cut off soon after the idle time; the time that we take ourselves does not count.
/// </summary>
public sealed class ContentPace(TimeSpan idle)
{
    /// <summary>A tenth of what the slowest modem in use brings.</summary>
    public const int OctetsPerSecond = 100;

    private TimeSpan _waited;
    private long _octets;

    /// <summary>For the next octets; zero: it is over.</summary>
    public TimeSpan Patience
    {
        get
        {
            TimeSpan left = idle + TimeSpan.FromSeconds((double)_octets / OctetsPerSecond) - _waited;
            return left > idle ? idle : left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    public void Waited(TimeSpan time, long octets)
    {
        _waited += time;
        _octets += octets;
    }
}
