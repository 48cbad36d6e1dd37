using DirMail.Transfer;

namespace DirMail.Settings;

/// <summary>Settings <c>channels.NAME.retry</c>, <c>expiry</c> and <c>delayWarning</c>: what is left out is as the section <c>queue</c> says.</summary>
internal static class ChannelScheduleFile
{
    /// <summary>Channels with a schedule; all others wait for a state alone.</summary>
    private static readonly string[] Scheduled = [ChannelNames.Smtp, ChannelNames.Local];

    public static Dictionary<string, ChannelSchedule> Read(SettingsReader reader) => Scheduled.ToDictionary(static channel => channel, channel => new ChannelSchedule
    {
        Retry = Given(reader, $"channels.{channel}.retry", "a list of times with units, e.g. [\"1m\", \"5m\", \"1h\"], or nothing", Units.TryDurations),
        Expiry = GivenTime(reader, $"channels.{channel}.expiry"),
        DelayWarning = GivenTime(reader, $"channels.{channel}.delayWarning"),
    });

    private static TimeSpan? GivenTime(SettingsReader reader, string key) =>
        Given(reader, key, "a time with its unit, at most 49d: 500ms, 30s, 5m, 4h or 5d, or nothing", static (string text, out IReadOnlyList<TimeSpan> time) =>
        {
            bool isTime = Units.TryDuration(text, out TimeSpan one);
            time = [one];
            return isTime;
        })?[0];

    private static IReadOnlyList<TimeSpan>? Given(SettingsReader reader, string key, string accepts, TryRead read)
    {
        string text = reader.Text(key, "").Trim();
        if (text.Length == 0)
            return null;
        if (read(text, out IReadOnlyList<TimeSpan> times) && times.Count > 0)
            return times;
        reader.Refuse(key, accepts);
        return null;
    }

    private delegate bool TryRead(string text, out IReadOnlyList<TimeSpan> times);
}
