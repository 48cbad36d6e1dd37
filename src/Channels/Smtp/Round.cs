using DirMail.Mail;
using DirMail.Store;
using DirMail.Transfer;

namespace DirMail.Channels.Smtp;

/// <summary>How far one attempt has come: which recipients are still without an end, what was last heard of them, and how long connecting may still take.</summary>
/// <param name="unsigned">The delivery without our signature.</param>
internal sealed class Round(Delivery delivery, Delivery unsigned, TimeSpan connect)
{
    private static readonly TimeSpan ShortestConnect = TimeSpan.FromSeconds(2);

    private readonly Outcome?[] _last = new Outcome?[delivery.Row.Recipients.Count];
    private readonly bool[] _hasEnded = new bool[delivery.Row.Recipients.Count];
    private TimeSpan _connectLeft = connect;
    private bool _isStopped;

    public Delivery Delivery { get; } = delivery;
    public Delivery Unsigned { get; } = unsigned;

    public bool IsOver => _isStopped || Array.TrueForAll(_hasEnded, static ended => ended);

    /// <summary>Some recipients were delivered, or refused for good.</summary>
    public bool HasEnds => Array.Exists(_hasEnded, static ended => ended);

    /// <summary>Complete after at least one address was tried or the round was stopped.</summary>
    public Outcome[] Outcomes => [.. _last.Select(static last => last ?? new Outcome.Deferred(new(4, 4, 1), "no server could be reached") { Stage = Stage.Connect })];

    public IReadOnlyList<QueuedRecipient> PendingRecipients() => [.. Pending().Select(i => Delivery.Row.Recipients[i].Recipient)];

    /// <summary>Half of what is left, so that one dead server does not cost the next one its turn; all of it for the last.</summary>
    public TimeSpan ConnectLimit(bool isLast)
    {
        TimeSpan share = isLast ? _connectLeft : _connectLeft / 2;
        return share > ShortestConnect ? share : ShortestConnect;
    }

    public void SpentConnecting(TimeSpan time, TimeSpan limit) => _connectLeft -= time < limit ? time : limit;

    /// <summary>Nothing more is tried now.</summary>
    public void Stop(Outcome outcome)
    {
        NotHere(outcome);
        _isStopped = true;
    }

    /// <summary>This address took nobody. A refusal for good counts only when no other address left hope.</summary>
    public void NotHere(Outcome outcome)
    {
        foreach (int i in Pending())
            if (outcome is Outcome.Deferred || _last[i] is not Outcome.Deferred)
                _last[i] = outcome;
    }

    /// <summary>Outcomes of the pending recipients, in their order.</summary>
    /// <param name="isLast">Nothing more is tried now.</param>
    public void Take(Outcome[] outcomes, bool isLast)
    {
        int[] pending = [.. Pending()];
        for (int n = 0; n < pending.Length; n++)
        {
            _last[pending[n]] = outcomes[n];
            _hasEnded[pending[n]] = outcomes[n] is not Outcome.Deferred;
        }
        _isStopped |= isLast;
    }

    private IEnumerable<int> Pending() => Enumerable.Range(0, _last.Length).Where(i => !_hasEnded[i]);
}
