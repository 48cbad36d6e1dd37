using System.Collections.Immutable;
using System.Net;
using DirMail.Mail;
using DirMail.Routing;
using DirMail.Store;
using DirMail.Transfer;
using DirMail.Wire;
using Microsoft.Extensions.Logging;

namespace DirMail.Channels.Smtp;

/// <summary>
/// Out to other servers, as the sender's own identity (promise 2). Addresses of the destination are tried in order until each recipient has been delivered or refused for
/// good; those that met only 4xx or silence are deferred with the last reason.
/// </summary>
public sealed class SmtpChannel : IChannel, IAsyncDisposable
{
    private readonly SmtpChannelSettings _settings;
    private readonly StsFetch _fetch;
    private readonly NextHops _hops;
    private readonly Opening _opening;
    private readonly Signing _signing;
    private readonly Fitting _fitting;
    private readonly PeerPool _pool;
    private readonly DeadHosts _dead;
    private readonly ILogger _logger;

    /// <param name="store">Keeps policies of destinations, and for a moment what had to be encoded.</param>
    public SmtpChannel(SmtpChannelSettings settings, LiveTable live, IDnsClient dns, MessageStore store, ILogger logger)
        : this(settings with { HostName = live.Current.HostIdentity.HostName }, address => live.Current.DomainAt(address) is not null, dns, logger, name => live.Current.FindDomain(name)?.Id, store)
    {
    }

    internal SmtpChannel(SmtpChannelSettings settings, Func<IPAddress, bool> isVirtual, IDnsClient dns, ILogger logger, Func<string, EntryId?> domainOf, MessageStore? store = null)
    {
        _settings = settings;
        _logger = logger;
        _fetch = new StsFetch(dns, settings.HostAddress, settings.Authorities);
        _hops = new NextHops(settings, dns, new(dns, new(dns, settings.StsSource ?? _fetch, TimeProvider.System, store?.Memory, logger), settings.Authorities), isVirtual, domainOf);
        Missing = new MissingSources(logger);
        _opening = new Opening(settings, isVirtual, Missing, logger);
        _signing = new Signing(domainOf, TimeProvider.System) { Keys = settings.SigningKeys };
        _fitting = new Fitting(store, _signing);
        _dead = new DeadHosts(TimeProvider.System, logger);
        _pool = new PeerPool(settings, TimeProvider.System);
    }

    public string Name => "smtp";

    /// <summary>Addresses that mail waits for.</summary>
    public MissingSources Missing { get; }

    /// <summary>From now on mail is signed by these, in place of those of the settings.</summary>
    public void SignWith(IReadOnlyDictionary<string, SigningKey> keys) => _signing.Keys = keys;

    public async Task<IReadOnlyList<Attempt>> DeliverAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        IReadOnlyList<Attempt> attempts = await _hops.FindAsync(delivery.Row.Message, cancellationToken) switch
        {
            NextHopResult.Hops hops => await TryHopsAsync(delivery, hops.Addresses, cancellationToken),
            NextHopResult.None none => [.. delivery.Row.Recipients.Select(_ => new Attempt(none.Outcome))],
            var other => throw new InvalidOperationException(other.GetType().Name),
        };
        foreach (Attempt attempt in attempts.Where(static attempt => attempt.FullHost is null))
            Metrics.Attempted(Name, attempt.Outcome);
        return attempts;
    }

    public ValueTask DisposeAsync()
    {
        _fetch.Dispose();
        return _pool.DisposeAsync();
    }

    /// <summary>A host that has no place is waited for, unless another one does as well: those that stand in for it are for when it fails.</summary>
    private async Task<IReadOnlyList<Attempt>> TryHopsAsync(Delivery delivery, ImmutableArray<NextHop> all, CancellationToken cancellationToken)
    {
        OutgoingIdentity identity = delivery.Row.Message.Identity;
        var round = new Round(await _signing.SignedAsync(delivery, cancellationToken), delivery, _settings.Connect);
        NextHop[] own = [.. all.Where(hop => _opening.KeyFor(identity, hop) is not null).Take(_settings.MaxAddresses)];
        if (own.Length == 0)
            round.Stop(Responses.NoCommonFamily);
        NextHop? full = null;
        for (int i = 0; i < own.Length && !round.IsOver; i++)
            if (full is { } waited && !own[i].IsAsGoodAs(waited))
                continue;
            else if (delivery.TryEnter(own[i].Address))
                await TryHopAsync(round, own[i], isLast: i == own.Length - 1, cancellationToken);
            else
                full ??= own[i];
        IPEndPoint? waitsFor = round.IsOver || round.HasEnds ? null : full?.Address;
        return [.. round.Outcomes.Select(outcome => new Attempt(outcome) { FullHost = waitsFor })];
    }

    private async Task TryHopAsync(Round round, NextHop hop, bool isLast, CancellationToken cancellationToken)
    {
        OutgoingIdentity identity = round.Delivery.Row.Message.Identity;
        if (round.Delivery.Row.Message.Wishes.RequireTls)
            hop = hop with { Need = hop.Need.ToHandOn(hop.HostName, _settings.Authorities) };
        PeerKey key = _opening.KeyFor(identity, hop)!;
        while (_pool.Take(key) is { } kept)
            if (await TransactAsync(round, kept, cancellationToken))
                return;
        TimeSpan limit = round.ConnectLimit(isLast);
        long started = TimeProvider.System.GetTimestamp();
        OpenResult opened = await _dead.OpenAsync(key, hop.HostName, stop => _pool.OpenAsync(key.Destination, () => _opening.OpenAsync(identity, key, hop.HostName, limit, stop)), cancellationToken);
        round.SpentConnecting(TimeProvider.System.GetElapsedTime(started), limit);
        switch (opened)
        {
            case OpenResult.Opened { Peer: var peer }:
                await TransactAsync(round, peer, cancellationToken);
                break;
            case OpenResult.Stopped { Outcome: var outcome }:
                round.Stop(outcome);
                break;
            case OpenResult.Skipped { Outcome: var outcome }:
                Log.Skipped(_logger, SmtpPeer.Describe(hop.HostName, hop.Address), outcome.ToString());
                round.NotHere(outcome);
                break;
            case OpenResult.TlsFailed { Outcome: var outcome }:
                round.NotHere(outcome);
                break;
        }
    }

    /// <summary>As many transactions as the server makes of the recipients. False: a kept connection had died while it was kept; nothing was tried.</summary>
    private async Task<bool> TransactAsync(Round round, SmtpPeer peer, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                bool isKept = peer.Transactions++ > 0;
                if (isKept && (!peer.IsQuiet() || !_opening.MayUse(round.Delivery.Row.Message.Identity, peer.Connection.Local.Address)))
                {
                    peer.IsReusable = false;
                    return false;
                }
                await using Fitted fitted = await _fitting.ForAsync(round, peer.Offers, cancellationToken);
                var transaction = new Transaction(peer, fitted.Delivery, _settings);
                Outcome[] outcomes = await transaction.RunAsync(round.PendingRecipients(), cancellationToken);
                if (isKept && !transaction.WasHeard && transaction.WasSpoken)
                    return false;
                Metrics.Transaction(isKept);
                bool goesOn = transaction.TookPart && peer.IsReusable && peer.Transactions < _settings.MaxPerConnection;
                round.Take(outcomes, isLast: transaction.ContentLeft && !goesOn);
                if (!goesOn)
                    return true;
            }
        }
        finally
        {
            await _pool.GiveBackAsync(peer);
        }
    }
}
