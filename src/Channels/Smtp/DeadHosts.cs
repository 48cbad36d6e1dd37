using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using DirMail.Mail;
using DirMail.Routing;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.CircuitBreaker;
using Deferred = DirMail.Mail.Outcome.Deferred;

namespace DirMail.Channels.Smtp;

/// <summary>
/// Addresses that do not answer, or do not let us in, each with a circuit breaker: after three failures in a row nobody waits for it again before a minute has passed, then two, up to fifteen; one attempt
/// then tries it. Kept by source address and login too, since a receiver may turn away one tenant and take another. Only addresses that fail are kept, and no more than ten thousand.
/// </summary>
internal sealed class DeadHosts(TimeProvider clock, ILogger logger)
{
    private const int FailuresInARow = 3, MostKept = 10_000;
    private static readonly TimeSpan Shortest = TimeSpan.FromMinutes(1), Longest = TimeSpan.FromMinutes(15);

    private readonly ConcurrentDictionary<(IPAddress? Source, IPEndPoint Destination, RelayLogin? Login), Failing> _failing = new();

    /// <summary>How many addresses are kept.</summary>
    public int Count => _failing.Count;

    /// <summary>Opens the connection, unless the address is known not to answer: then it is skipped at once.</summary>
    public async Task<OpenResult> OpenAsync(PeerKey key, string hostName, Func<CancellationToken, Task<OpenResult>> open, CancellationToken cancellationToken)
    {
        (IPAddress?, IPEndPoint, RelayLogin?) address = (key.Source, key.Destination, key.Login);
        if (!_failing.TryGetValue(address, out Failing? failing))
        {
            OpenResult first = await open(cancellationToken);
            if (!IsDead(first))
                return first;
            failing = Add(address, hostName);
            failing.LastReason = Reason(first);
            return await failing.Breaker.ExecuteAsync(_ => ValueTask.FromResult(first), cancellationToken);
        }
        failing.LastUsed = clock.GetTimestamp();
        try
        {
            OpenResult result = await failing.Breaker.ExecuteAsync(async stop => await open(stop), cancellationToken);
            failing.LastReason = Reason(result);
            if (!IsDead(result) && _failing.TryRemove(address, out _))
                Log.HostUsable(logger, SmtpPeer.Describe(hostName, key.Destination));
            return result;
        }
        catch (BrokenCircuitException broken)
        {
            DateTimeOffset again = clock.GetUtcNow() + (broken.RetryAfter ?? Shortest);
            string reason = string.Create(CultureInfo.InvariantCulture, $"{SmtpPeer.Describe(hostName, key.Destination)} is not tried again before {again:HH:mm:ss} UTC: {failing.LastReason}");
            return new OpenResult.Skipped(new Deferred(new(4, 4, 1), reason) { Stage = Stage.Connect });
        }
    }

    private static bool IsDead(OpenResult? result) => result is OpenResult.Skipped { IsDead: true };

    private static string Reason(OpenResult? result) => result is OpenResult.Skipped { Outcome: Deferred { Reason: var reason } } ? reason : "";

    private Failing Add((IPAddress?, IPEndPoint Destination, RelayLogin?) address, string hostName)
    {
        if (_failing.Count >= MostKept)
            foreach (var old in _failing.OrderBy(static one => one.Value.LastUsed).Take(MostKept / 10).ToList())
                _failing.TryRemove(old);
        return _failing.GetOrAdd(address, _ => new(Make(SmtpPeer.Describe(hostName, address.Destination))) { LastUsed = clock.GetTimestamp() });
    }

    private ResiliencePipeline<OpenResult> Make(string remote)
    {
        var options = new CircuitBreakerStrategyOptions<OpenResult>
        {
            ShouldHandle = static attempt => ValueTask.FromResult(IsDead(attempt.Outcome.Result)),
            FailureRatio = 1,
            MinimumThroughput = FailuresInARow,
            SamplingDuration = TimeSpan.FromHours(1),
            BreakDurationGenerator = static broken => ValueTask.FromResult(BreakAfter(broken.HalfOpenAttempts)),
            OnOpened = opened =>
            {
                Log.HostLeftAlone(logger, remote, opened.BreakDuration, Reason(opened.Outcome.Result));
                return ValueTask.CompletedTask;
            },
        };
        return new ResiliencePipelineBuilder<OpenResult> { TimeProvider = clock }.AddCircuitBreaker(options).Build();
    }

    private static TimeSpan BreakAfter(int trials) => TimeSpan.FromTicks(Math.Min(Shortest.Ticks << Math.Min(trials, 10), Longest.Ticks));

    private sealed class Failing(ResiliencePipeline<OpenResult> breaker)
    {
        public ResiliencePipeline<OpenResult> Breaker => breaker;

        public long LastUsed { get; set; }

        /// <summary>Why it failed the last time.</summary>
        public string LastReason { get; set; } = "";
    }
}
