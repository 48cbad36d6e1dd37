using System.Net;
using DirMail.Transfer;

namespace DirMail.Channels.Smtp;

/// <summary>Connections kept for the next message to the same place by the same identity: few, and for seconds. No source address keeps more than half of them, as no domain has more than half the slots.</summary>
internal sealed class PeerPool : IAsyncDisposable
{
    private readonly SmtpChannelSettings _settings;
    private readonly TimeProvider _clock;
    private readonly Lock _lock = new();
    private readonly List<Kept> _kept = [];
    private readonly Counts<IPEndPoint> _open = new();
    private readonly ITimer _sweep;
    private bool _isClosed;

    public PeerPool(SmtpChannelSettings settings, TimeProvider clock)
    {
        _settings = settings;
        _clock = clock;
        _sweep = clock.CreateTimer(static pool => _ = ((PeerPool)pool!).SweepAsync(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The one used last comes first: it is the likeliest to be alive. Null: none.</summary>
    public SmtpPeer? Take(PeerKey key)
    {
        lock (_lock)
        {
            int at = _kept.FindLastIndex(kept => kept.Peer.Key == key);
            if (at < 0)
                return null;
            SmtpPeer peer = _kept[at].Peer;
            _kept.RemoveAt(at);
            return peer;
        }
    }

    /// <summary>Opens a connection to that host; one that is kept and cannot be used makes room for it.</summary>
    public async Task<OpenResult> OpenAsync(IPEndPoint host, Func<Task<OpenResult>> openAsync)
    {
        SmtpPeer? old = null;
        lock (_lock)
        {
            int at = _open[host] >= _settings.MaxPerHost ? _kept.FindIndex(kept => kept.Peer.Key.Destination.Equals(host)) : -1;
            if (at >= 0)
            {
                old = _kept[at].Peer;
                _kept.RemoveAt(at);
            }
            else
            {
                _open.Change(host, 1);
            }
        }
        bool isOpen = false;
        try
        {
            if (old is not null)
                await old.DisposeAsync();
            OpenResult result = await openAsync();
            isOpen = result is OpenResult.Opened;
            return result;
        }
        finally
        {
            if (!isOpen)
                Closed(host);
        }
    }

    /// <summary>Keeps it when it can be of use, else closes it.</summary>
    public ValueTask GiveBackAsync(SmtpPeer peer)
    {
        lock (_lock)
        {
            if (!_isClosed && peer.IsReusable && peer.Transactions < _settings.MaxPerConnection && _kept.Count < _settings.MaxKept && HasShare(peer.Key.Source))
            {
                _kept.Add(new(peer, _clock.GetTimestamp()));
                if (_kept.Count == 1)
                    _sweep.Change(_settings.KeepIdle, Timeout.InfiniteTimeSpan);
                return ValueTask.CompletedTask;
            }
        }
        return new(CloseAsync(peer));
    }

    public async ValueTask DisposeAsync()
    {
        await _sweep.DisposeAsync();
        Kept[] all;
        lock (_lock)
        {
            _isClosed = true;
            all = [.. _kept];
            _kept.Clear();
        }
        await Task.WhenAll(all.Select(kept => CloseAsync(kept.Peer)));
    }

    /// <summary>With a single place there is nothing to share.</summary>
    private bool HasShare(IPAddress? source) => _settings.MaxKept < 2 || _kept.Count(kept => Equals(kept.Peer.Key.Source, source)) < _settings.MaxKept / 2;

    private async Task SweepAsync()
    {
        Kept[] old;
        lock (_lock)
        {
            old = [.. _kept.Where(kept => _clock.GetElapsedTime(kept.Since) >= _settings.KeepIdle)];
            _kept.RemoveAll(old.Contains);
            if (_kept.Count > 0 && !_isClosed)
                _sweep.Change(_settings.KeepIdle, Timeout.InfiniteTimeSpan);
        }
        foreach (Kept kept in old)
            await CloseAsync(kept.Peer);
    }

    private async Task CloseAsync(SmtpPeer peer)
    {
        await peer.DisposeAsync();
        Closed(peer.Key.Destination);
    }

    private void Closed(IPEndPoint host)
    {
        lock (_lock)
            _open.Change(host, -1);
    }

    private readonly record struct Kept(SmtpPeer Peer, long Since);
}
