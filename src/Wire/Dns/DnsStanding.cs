using System.Collections.Concurrent;
using System.Net;

namespace DirMail.Wire;

/// <summary>
/// Which servers answer at all. One that leaves a question without an answer is asked for "localhost", for which it needs nobody else: silent then too, it is passed over for a while. So a domain whose
/// own servers are silent costs the time of its own questions and no more, and cannot be used to have somebody else's forged mail go unchecked.
/// </summary>
internal sealed class DnsStanding(DnsSettings settings, TimeProvider clock)
{
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(10), LongestTrial = TimeSpan.FromSeconds(1);
    private static readonly DnsQuestion Trial = new("localhost", DnsType.A);

    private readonly ConcurrentDictionary<IPEndPoint, DateTimeOffset> _silentUntil = new();
    private readonly ConcurrentDictionary<IPEndPoint, Lazy<Task<bool>>> _trials = new();

    /// <summary>Whether it is worth a question. A trial under way is waited for; who has rested must answer one first.</summary>
    public async ValueTask<bool> AnswersAsync(IPEndPoint server, CancellationToken cancellationToken)
    {
        bool isSilent = _silentUntil.TryGetValue(server, out DateTimeOffset until);
        if (isSilent && clock.GetUtcNow() < until)
            return false;
        return !(isSilent || _trials.ContainsKey(server)) || await TryAsync(server).WaitAsync(cancellationToken);
    }

    /// <summary>A question had no answer: the trial of all servers begins.</summary>
    public void Doubt()
    {
        foreach (IPEndPoint server in settings.Servers)
            if (!_silentUntil.ContainsKey(server))
                _ = TryAsync(server);
    }

    /// <summary>Those who ask at the same time share one trial.</summary>
    private Task<bool> TryAsync(IPEndPoint server) => _trials.GetOrAdd(server, one => new(() => AskAsync(one))).Value;

    private async Task<bool> AskAsync(IPEndPoint server)
    {
        await Task.Yield();
        TimeSpan limit = settings.Timeout < LongestTrial ? settings.Timeout : LongestTrial;
        bool answers = await DnsExchange.AskAsync(server, Trial, limit, CancellationToken.None) is not null;
        if (answers)
            _silentUntil.TryRemove(server, out _);
        else
            _silentUntil[server] = clock.GetUtcNow() + Rest;
        _trials.TryRemove(server, out _);
        return answers;
    }
}
