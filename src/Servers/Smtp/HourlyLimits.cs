using System.Net;
using DirMail.Mail;

namespace DirMail.Servers.Smtp;

/// <summary>
/// Messages and recipients taken within the hour, by client address and by login; not from this host and trusted networks, of whom many speak by one address. In memory and bounded: a restart forgets, and when too many are known at once those that come
/// on top are not limited.
/// </summary>
public sealed class HourlyLimits(ServerSettings settings, TimeProvider clock)
{
    private const int MaxKnown = 100_000;
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1), BetweenSweeps = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<object, Count> _counts = [];
    private DateTimeOffset _swept;

    /// <summary>Counts one message of the login, else of the client; false: it was one too many, and is not counted.</summary>
    public bool TryMessage(IPAddress client, EntryId? login) =>
        Try(client, login, login is null ? settings.MessagesPerClient : settings.MessagesPerLogin, static count => ref count.Messages);

    /// <summary>The same for a recipient.</summary>
    public bool TryRecipient(IPAddress client, EntryId? login) =>
        Try(client, login, login is null ? settings.RecipientsPerClient : settings.RecipientsPerLogin, static count => ref count.Recipients);

    private bool Try(IPAddress client, EntryId? login, int most, Field field)
    {
        if (most == 0 || (login is null && IsExempt(client)))
            return true;
        lock (_lock)
        {
            if (Find(login is { } user ? user : ClientNetwork.Of(client)) is not { } count)
                return true;
            ref int counted = ref field(count);
            if (counted >= most)
                return false;
            counted++;
            return true;
        }
    }

    private bool IsExempt(IPAddress client) => IPAddress.IsLoopback(client) || settings.Trusted.Any(network => network.Contains(client));

    /// <summary>Null: too many are known.</summary>
    private Count? Find(object key)
    {
        DateTimeOffset now = clock.GetUtcNow();
        if (_counts.TryGetValue(key, out Count? known) && now - known.Since < Hour)
            return known;
        if (_counts.Count >= MaxKnown && now - _swept >= BetweenSweeps)
        {
            _swept = now;
            foreach ((object old, Count count) in _counts)
                if (now - count.Since >= Hour)
                    _counts.Remove(old);
        }
        return _counts.Count < MaxKnown || known is not null ? _counts[key] = new Count(now) : null;
    }

    private delegate ref int Field(Count count);

    private sealed class Count(DateTimeOffset since)
    {
        public int Messages, Recipients;

        public DateTimeOffset Since => since;
    }
}
