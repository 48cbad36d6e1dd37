using System.Globalization;

namespace DirMail.Settings;

/// <summary>Times and sizes as people write them in settings: "5m", "50M".</summary>
internal static class Units
{
    private static readonly (string Unit, TimeSpan Length)[] Times =
        [("ms", TimeSpan.FromMilliseconds(1)), ("s", TimeSpan.FromSeconds(1)), ("m", TimeSpan.FromMinutes(1)), ("h", TimeSpan.FromHours(1)), ("d", TimeSpan.FromDays(1))];

    private static readonly (string Unit, long Octets)[] Sizes = [("G", 1L << 30), ("M", 1L << 20), ("K", 1L << 10)];

    /// <summary>Timers hold no more than 49 days.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromDays(49);

    public static bool TryDuration(string text, out TimeSpan value)
    {
        foreach ((string unit, TimeSpan length) in Times)
            if (text.EndsWith(unit, StringComparison.Ordinal) && int.TryParse(text.AsSpan(0, text.Length - unit.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int count)
                && count <= Longest / length)
            {
                value = length * count;
                return true;
            }
        value = default;
        return false;
    }

    public static bool TryDurations(string text, out IReadOnlyList<TimeSpan> value)
    {
        var times = new List<TimeSpan>();
        value = times;
        foreach (string part in text.Split([',', '\n'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (!TryDuration(part, out TimeSpan time) || time == TimeSpan.Zero)
                return false;
            times.Add(time);
        }
        return times.Count > 0;
    }

    public static bool TrySize(string text, out long value)
    {
        long factor = 1;
        foreach ((string unit, long octets) in Sizes)
            if (text.EndsWith(unit, StringComparison.OrdinalIgnoreCase))
            {
                factor = octets;
                text = text[..^1];
                break;
            }
        bool read = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value <= long.MaxValue / factor;
        value *= read ? factor : 0;
        return read;
    }

    public static string Show(TimeSpan time)
    {
        for (int i = Times.Length - 1; i > 0; i--)
            if (time >= Times[i].Length && time.Ticks % Times[i].Length.Ticks == 0)
                return string.Create(CultureInfo.InvariantCulture, $"{time.Ticks / Times[i].Length.Ticks}{Times[i].Unit}");
        return string.Create(CultureInfo.InvariantCulture, $"{(long)time.TotalMilliseconds}ms");
    }

    public static string Show(long octets)
    {
        foreach ((string unit, long size) in Sizes)
            if (octets >= size && octets % size == 0)
                return string.Create(CultureInfo.InvariantCulture, $"{octets / size}{unit}");
        return octets.ToString(CultureInfo.InvariantCulture);
    }
}
