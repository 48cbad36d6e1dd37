using DirMail.Routing;

namespace DirMail.Transfer;

/// <summary>Settings of queue and retry.</summary>
public sealed record TransferSettings
{
    /// <summary>Waits between attempts; the last one repeats. Each is varied by up to a tenth, so that a crowd of messages spreads out.</summary>
    public IReadOnlyList<TimeSpan> Retry { get; init; } =
        [TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(15), TimeSpan.FromMinutes(30), TimeSpan.FromHours(1), TimeSpan.FromHours(2)];

    /// <summary>After this a message is returned to its sender (RFC 5321 4.5.4.1: at least four to five days).</summary>
    public TimeSpan Expiry { get; init; } = TimeSpan.FromDays(5);

    /// <summary>After this the sender is told that the message still waits.</summary>
    public TimeSpan DelayWarning { get; init; } = TimeSpan.FromHours(4);

    /// <summary>End of the wait for mail on hold: the clock of <see cref="Expiry"/> stands still for it, but not for ever.</summary>
    public TimeSpan HoldExpiry { get; init; } = TimeSpan.FromDays(30);

    /// <summary>How long mail of users is kept after their entries are gone (setting <c>store.grace</c>); zero: until somebody purges it.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Received lines after which a message is taken to be looping (RFC 5321 6.3 asks for 100 at least).</summary>
    public int MaxReceived { get; init; } = 100;

    /// <summary>How long a stopping scheduler waits for deliveries under way before it cuts them off.</summary>
    public TimeSpan Drain { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Where mail for domains that are not hosted here goes (setting <c>routes</c>).</summary>
    public Routes Routes { get; init; } = new([]);

    /// <summary>By channel, where it differs.</summary>
    public IReadOnlyDictionary<string, ChannelSchedule> Channels { get; init; } = new Dictionary<string, ChannelSchedule>();

    public IReadOnlyList<TimeSpan> RetryOf(string channel) => Channels.GetValueOrDefault(channel)?.Retry ?? Retry;

    public TimeSpan ExpiryOf(string channel) => Channels.GetValueOrDefault(channel)?.Expiry ?? (channel == ChannelNames.Hold ? HoldExpiry : Expiry);

    public TimeSpan DelayWarningOf(string channel) => Channels.GetValueOrDefault(channel)?.DelayWarning ?? DelayWarning;

    /// <summary>Deliveries under way at once; no domain holds more than half of them.</summary>
    public int Slots { get; init; } = 40;

    /// <summary>Deliveries under way at once to one destination.</summary>
    public int PerDestination { get; init; } = 20;
}
