using DirMail.Transfer;

namespace DirMail.Settings;

/// <summary>Setting <c>queue.channels</c>: what one channel does otherwise than the rest of the section says, as <c>"smtp": { "retry": [...], "expiry": "3d", "delayWarning": "2h" }</c>.</summary>
internal static class ChannelScheduleFile
{
    private const string Section = "queue.channels";

    public static Dictionary<string, ChannelSchedule> Read(SettingsReader reader)
    {
        var schedules = new Dictionary<string, ChannelSchedule>(StringComparer.OrdinalIgnoreCase);
        foreach ((string name, string text) in reader.Map(Section))
        {
            string channel = name.Split('.')[0];
            if (With(schedules.GetValueOrDefault(channel, new()), name[channel.Length..].TrimStart('.').ToLowerInvariant(), text) is { } schedule)
                schedules[channel] = schedule;
            else
                reader.Refuse($"{Section}.{name}", "for a channel: retry (a list of times with units), expiry or delayWarning (a time with its unit, at most 49d)");
        }
        return schedules;
    }

    /// <summary>Null: not to be read.</summary>
    private static ChannelSchedule? With(ChannelSchedule schedule, string name, string text) => name switch
    {
        "retry" when Units.TryDurations(text, out IReadOnlyList<TimeSpan> waits) && waits.Count > 0 => schedule with { Retry = waits },
        "expiry" when Units.TryDuration(text, out TimeSpan expiry) => schedule with { Expiry = expiry },
        "delaywarning" when Units.TryDuration(text, out TimeSpan warning) => schedule with { DelayWarning = warning },
        _ => null,
    };
}
