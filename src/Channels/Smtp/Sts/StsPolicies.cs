using System.Collections.Concurrent;
using DirMail.Wire;

namespace DirMail.Channels.Smtp;

/// <summary>
/// The policies of domains that mail goes to. A record in DNS tells that there is one and when it changed; a policy that was fetched holds for its time, also when
/// record or web server are gone since, so that whoever stops them cannot switch it off (RFC 8461 5.1). Bounded: those that end first go first. Kept in memory: after a restart each is fetched again.
/// </summary>
internal sealed class StsPolicies(IDnsClient dns, IStsSource source, TimeProvider clock)
{
    private const int MaxPolicies = 20_000;
    private static readonly TimeSpan AfterFailure = TimeSpan.FromMinutes(5);
    private static readonly StsPolicy Absent = new(StsMode.None, [], TimeSpan.Zero);

    private readonly ConcurrentDictionary<string, Lazy<Task<Kept>>> _kept = new();

    /// <summary>The policy in force for a domain; null: none.</summary>
    /// <param name="domain">As <see cref="Mail.MailAddress.DomainKey"/>.</param>
    public async Task<StsPolicy?> FindAsync(string domain, CancellationToken cancellationToken)
    {
        string? id = RecordId(await dns.TextsAsync("_mta-sts." + domain, cancellationToken));
        Kept? known = _kept.TryGetValue(domain, out Lazy<Task<Kept>>? held) ? await held.Value.WaitAsync(cancellationToken) : null;
        DateTimeOffset now = clock.GetUtcNow();
        bool isFresh = known is not null && (now < known.AskAgain || (known.Id == id && now < known.Expires));
        if (id is not null && !isFresh)
            known = await FetchOnceAsync(domain, id, held, known, cancellationToken);
        return known is { Policy.Mode: not StsMode.None } && now < known.Expires ? known.Policy : null;
    }

    /// <summary>The id of the one record that is for us (RFC 8461 3.1); null: none, or DNS does not tell.</summary>
    internal static string? RecordId(TextAnswer answer)
    {
        string[] records = [.. answer.Texts.Where(static text => text.StartsWith("v=STSv1;", StringComparison.Ordinal))];
        if (records.Length != 1)
            return null;
        string? id = records[0].Split(';').Select(static field => field.Trim(' ', '\t')).FirstOrDefault(static field => field.StartsWith("id=", StringComparison.Ordinal))?[3..];
        return id is { Length: > 0 and <= 32 } && id.All(char.IsAsciiLetterOrDigit) ? id : null;
    }

    /// <summary>Many messages to one domain wait for one fetch.</summary>
    private async Task<Kept> FetchOnceAsync(string domain, string id, Lazy<Task<Kept>>? held, Kept? before, CancellationToken cancellationToken)
    {
        var fetch = new Lazy<Task<Kept>>(() => FetchAsync(domain, id, before));
        Lazy<Task<Kept>> winner = held is null ? _kept.GetOrAdd(domain, fetch) : _kept.TryUpdate(domain, fetch, held) ? fetch : _kept.GetValueOrDefault(domain, fetch);
        Kept kept = await winner.Value.WaitAsync(cancellationToken);
        if (_kept.Count > MaxPolicies)
            Evict();
        return kept;
    }

    private async Task<Kept> FetchAsync(string domain, string id, Kept? before)
    {
        StsPolicy? policy = await source.FetchAsync(domain, CancellationToken.None) is { } text ? StsPolicy.Parse(text) : null;
        DateTimeOffset now = clock.GetUtcNow();
        return policy is not null
            ? new(id, policy, now + policy.MaxAge, now)
            : new(before?.Id ?? "", before?.Policy ?? Absent, before?.Expires ?? now, now + AfterFailure);
    }

    private void Evict()
    {
        foreach (string domain in _kept.Where(static one => one.Value is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
            .OrderBy(static one => one.Value.Value.Result.Expires).Take(MaxPolicies / 10).Select(static one => one.Key).ToArray())
            _kept.TryRemove(domain, out _);
    }

    /// <param name="Id">Of the record that the policy was fetched for.</param>
    /// <param name="AskAgain">No fetch before: the last one failed a moment ago.</param>
    private sealed record Kept(string Id, StsPolicy Policy, DateTimeOffset Expires, DateTimeOffset AskAgain);
}
