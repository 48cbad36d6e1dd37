using System.Collections.Concurrent;
using DirMail.Store;
using DirMail.Wire;
using Microsoft.Extensions.Logging;

namespace DirMail.Channels.Smtp;

/// <summary>
/// The policies of domains that mail goes to. A record in DNS tells that there is one and when it changed; a policy that was fetched holds for its time, also when
/// record or web server are gone since, so that whoever stops them cannot switch it off (RFC 8461 5.1), and also over a restart; a day old, it is fetched anew while it holds
/// (RFC 8461 3.3). Bounded: those that end first go first.
/// </summary>
/// <param name="memory">Where they are kept; null: only in this process, for tests.</param>
internal sealed class StsPolicies(IDnsClient dns, IStsSource source, TimeProvider clock, Memory? memory, ILogger logger)
{
    private const int MaxPolicies = 20_000;
    private const string Kind = "mta-sts";
    private static readonly TimeSpan AfterFailure = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan OldEnough = TimeSpan.FromDays(1);
    private static readonly StsPolicy Absent = new(StsMode.None, [], TimeSpan.Zero);
    private static readonly Kept Nothing = new("", Absent, DateTimeOffset.MinValue, DateTimeOffset.MinValue);

    private readonly ConcurrentDictionary<string, Lazy<Task<Kept>>> _kept = new();

    /// <summary>Whether DNS names a policy of the domain: its id, or null. Asked beside the MX records.</summary>
    public async Task<string?> RecordAsync(string domain, CancellationToken cancellationToken) => RecordId(await dns.TextsAsync("_mta-sts." + domain, cancellationToken));

    /// <summary>The policy in force for a domain; null: none.</summary>
    /// <param name="domain">As <see cref="Mail.MailAddress.DomainKey"/>.</param>
    /// <param name="id">What <see cref="RecordAsync"/> gave.</param>
    public async Task<StsPolicy?> FindAsync(string domain, string? id, CancellationToken cancellationToken)
    {
        Lazy<Task<Kept>> held = _kept.GetOrAdd(domain, _ => new(() => RecallAsync(domain)));
        Kept known = await held.Value.WaitAsync(cancellationToken);
        DateTimeOffset now = clock.GetUtcNow();
        bool isFresh = now < known.AskAgain || (known.Id == id && now < known.Expires);
        if (id is not null && !isFresh)
            known = await FetchOnceAsync(domain, id, held, known, cancellationToken);
        else if (id is not null && now >= known.RefreshAt && now >= known.AskAgain)
            Refresh(domain, id, held, known with { AskAgain = now + AfterFailure });
        if (_kept.Count > MaxPolicies)
            Evict();
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
    private Task<Kept> FetchOnceAsync(string domain, string id, Lazy<Task<Kept>> held, Kept before, CancellationToken cancellationToken)
    {
        var fetch = new Lazy<Task<Kept>>(() => FetchAsync(domain, id, before));
        Lazy<Task<Kept>> winner = _kept.TryUpdate(domain, fetch, held) ? fetch : _kept.GetValueOrDefault(domain, fetch);
        return winner.Value.WaitAsync(cancellationToken);
    }

    /// <summary>Nobody waits for it: the policy at hand holds.</summary>
    private void Refresh(string domain, string id, Lazy<Task<Kept>> held, Kept known)
    {
        var meanwhile = new Lazy<Task<Kept>>(Task.FromResult(known));
        if (_kept.TryUpdate(domain, meanwhile, held))
            _ = Task.Run(async () =>
            {
                Kept fetched = await FetchAsync(domain, id, known);
                _kept.TryUpdate(domain, new Lazy<Task<Kept>>(Task.FromResult(fetched)), meanwhile);
            });
    }

    private async Task<Kept> FetchAsync(string domain, string id, Kept before)
    {
        string? text = await source.FetchAsync(domain, CancellationToken.None);
        DateTimeOffset now = clock.GetUtcNow();
        if (text is null || StsPolicy.Parse(text) is not { } policy)
        {
            if (before.Policy.Mode != StsMode.None && now < before.Expires)
                Log.PolicyNotFetched(logger, domain, before.Expires);
            return before with { AskAgain = now + AfterFailure };
        }
        // a store that fails is no reason to hold mail back
        if (memory is not null)
            await memory.KeepTextAsync(Kind, domain, id + "\n" + text, now + policy.MaxAge, CancellationToken.None);
        return new(id, policy, now + policy.MaxAge, now);
    }

    /// <summary>What was fetched before this process began.</summary>
    private async Task<Kept> RecallAsync(string domain)
    {
        if (memory is null || await memory.FindTextAsync(Kind, domain, CancellationToken.None) is not { } kept)
            return Nothing;
        string[] parts = kept.Text.Split('\n', 2);
        return parts.Length == 2 && StsPolicy.Parse(parts[1]) is { } policy ? new(parts[0], policy, kept.Expires, DateTimeOffset.MinValue) : Nothing;
    }

    private void Evict()
    {
        foreach (string domain in _kept.Where(static one => one.Value is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
            .OrderBy(static one => one.Value.Value.Result.Expires).Take(MaxPolicies / 10).Select(static one => one.Key).ToArray())
            _kept.TryRemove(domain, out _);
    }

    /// <param name="Id">Of the record that the policy was fetched for.</param>
    /// <param name="AskAgain">No fetch before: the last one failed a moment ago.</param>
    private sealed record Kept(string Id, StsPolicy Policy, DateTimeOffset Expires, DateTimeOffset AskAgain)
    {
        public DateTimeOffset RefreshAt => Policy.MaxAge > TimeSpan.Zero ? Expires - Policy.MaxAge + (Policy.MaxAge / 2 < OldEnough ? Policy.MaxAge / 2 : OldEnough) : DateTimeOffset.MaxValue;
    }
}
