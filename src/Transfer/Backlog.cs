using System.Net;
using DirMail.Mail;
using DirMail.Store;

namespace DirMail.Transfer;

/// <summary>
/// Rows loaded and waiting for their turn, and those under way: an index in memory, no more. Deficit round robin over domains, one row a turn (by octets, so that large mail
/// takes fewer turns); a domain that has had its turn stands behind all others, also when there was room for one row alone. Inside that plain round robin over a domain's destinations, and in one the higher priority first (RFC 6710), else as they came; a channel that keeps order is one destination with one row at a time. Not safe for several threads: the scheduler's loop owns it.
/// </summary>
internal sealed class Backlog(int slots, int perDestination)
{
    /// <summary>Of the slots, for one domain or address.</summary>
    private readonly int _most = Math.Max(1, slots / 2);
    private readonly Queue<DomainTurns> _ring = new();
    private readonly Dictionary<EntryId, DomainTurns> _domains = [];
    private readonly Counts<string> _toDestination = new();
    private readonly Counts<LaneKey> _inLane = new();
    private readonly Counts<(LaneKey, string)> _inLaneTo = new();
    private readonly Dictionary<QueueId, (QueueRow Row, long Came)> _known = [];
    private readonly HashSet<QueueId> _underWay = [];

    /// <summary>Domains with rows that wait for a place at a host, each in turn.</summary>
    private readonly Dictionary<IPEndPoint, Queue<DomainTurns>> _atFull = [];
    private long _came;

    /// <summary>Under way from the host's own address, whichever domain's they are.</summary>
    private int _unbound;

    public HostPlaces Places { get; } = new(perDestination);

    /// <summary>Waiting and under way together.</summary>
    public int CountOf(LaneKey lane) => _inLane[lane];

    public int CountOf(LaneKey lane, string destination) => _inLaneTo[(lane, destination)];

    /// <summary>Lanes with rows here.</summary>
    public int Lanes => _inLane.Kinds;

    public int UnderWay => _underWay.Count;

    public bool IsUnderWay(QueueId message) => _underWay.Contains(message);

    /// <summary>False when the row is here already, waiting or under way: no row is attempted twice at once.</summary>
    public bool Add(QueueRow row)
    {
        if (!_known.TryAdd(row.Id, (row, ++_came)))
            return false;
        _inLane.Change(row.Lane, 1);
        _inLaneTo.Change((row.Lane, row.Message.Destination), 1);
        if (!_domains.TryGetValue(row.Message.Domain, out DomainTurns? domain))
            _domains.Add(row.Message.Domain, domain = new DomainTurns(row.Message.Domain));
        domain.Add(row, _came);
        Enter(domain);
        return true;
    }

    /// <summary>The row as it is here, waiting or under way; null: it is not.</summary>
    public QueueRow? Find(QueueId message) => _known.GetValueOrDefault(message).Row;

    /// <summary>
    /// The row whose turn it is, now under way; null when none may go. No domain holds more than half the slots, or more than three quarters of those of one destination:
    /// another domain's message need not wait until a slow destination has ended one of the first domain's. The host's own address, which domains may share, is held to what one domain is.
    /// </summary>
    public QueueRow? Next()
    {
        int blocked = 0;
        while (_underWay.Count < slots && blocked < _ring.Count)
        {
            DomainTurns domain = _ring.Peek();
            if (!domain.HasTurns)
            {
                _ring.Dequeue().IsInRing = false;
                Forget(domain);
                continue;
            }
            QueueRow? row = domain.UnderWay < _most ? domain.Peek(next => IsFree(domain, next)) : null;
            _ring.Enqueue(_ring.Dequeue());
            if (row is null)
            {
                blocked++;
                continue;
            }
            if (domain.Deficit >= Cost(row))
                return Take(domain, row);
            blocked = 0;
            domain.Deficit += DomainTurns.QuantumOctets;
        }
        return null;
    }

    /// <summary>The attempt is over (or the row is not to be attempted after all).</summary>
    public void End(QueueRow row)
    {
        _known.Remove(row.Id);
        _inLane.Change(row.Lane, -1);
        _inLaneTo.Change((row.Lane, row.Message.Destination), -1);
        Forget(Leave(row));
    }

    /// <summary>The host that it should go to has no place for it. Others have its slot; it is as if it had had no turn, and comes first when there is a place.</summary>
    public void StepBack(QueueRow row, IPEndPoint host)
    {
        DomainTurns domain = Leave(row);
        domain.Deficit += Cost(row);
        domain.Add(row, _known[row.Id].Came);
        bool stoodThere = domain.HasAside(host);
        domain.StandAside(row, host);
        Enter(domain);
        if (!stoodThere && domain.HasAside(host))
        {
            if (!_atFull.TryGetValue(host, out Queue<DomainTurns>? domains))
                _atFull.Add(host, domains = new());
            domains.Enqueue(domain);
        }
        Admit(host);
    }

    /// <summary>As many of those that wait for that host as it has places for, one of each domain in turn.</summary>
    public void Admit(IPEndPoint host)
    {
        if (!_atFull.TryGetValue(host, out Queue<DomainTurns>? domains))
            return;
        for (int blocked = 0; blocked < domains.Count && Places.HasPlace(host);)
        {
            DomainTurns domain = domains.Dequeue();
            if (Places.TryEnter(domain.FirstAside(host), host))
            {
                domain.Admit(host);
                Enter(domain);
                blocked = 0;
            }
            else
            {
                blocked++;
            }
            if (domain.HasAside(host))
                domains.Enqueue(domain);
        }
        if (domains.Count == 0)
            _atFull.Remove(host);
    }

    /// <summary>It has rows whose turn may come.</summary>
    private void Enter(DomainTurns domain)
    {
        if (domain.IsInRing || !domain.HasTurns)
            return;
        domain.IsInRing = true;
        _ring.Enqueue(domain);
    }

    private void Forget(DomainTurns domain)
    {
        if (domain.IsEmpty && !domain.IsInRing)
            _domains.Remove(domain.Domain);
    }

    private DomainTurns Leave(QueueRow row)
    {
        string turn = DomainTurns.Turn(row);
        _toDestination.Change(turn, -1);
        _underWay.Remove(row.Id);
        _unbound -= IsUnbound(row) ? 1 : 0;
        DomainTurns domain = _domains[row.Message.Domain];
        domain.UnderWay--;
        domain.ToDestination.Change(turn, -1);
        if (Places.Leave(row) is { } host)
            Admit(host);
        return domain;
    }

    private QueueRow Take(DomainTurns domain, QueueRow row)
    {
        string turn = DomainTurns.Turn(row);
        domain.Take(row);
        // what small mail leaves of its turn is not saved up
        domain.Deficit = Math.Min(domain.Deficit - Cost(row) + DomainTurns.QuantumOctets, DomainTurns.QuantumOctets);
        domain.UnderWay++;
        _underWay.Add(row.Id);
        _unbound += IsUnbound(row) ? 1 : 0;
        domain.ToDestination.Change(turn, 1);
        _toDestination.Change(turn, 1);
        return row;
    }

    private bool IsFree(DomainTurns domain, QueueRow row)
    {
        string turn = DomainTurns.Turn(row);
        int underWay = _toDestination[turn];
        if (DomainTurns.IsInOrder(turn))
            return underWay < 1;
        return underWay < perDestination && domain.ToDestination[turn] < HostPlaces.ShareOf(perDestination) && !(IsUnbound(row) && _unbound >= _most);
    }

    /// <summary>It leaves, and not from an address of its domain.</summary>
    private static bool IsUnbound(QueueRow row) => row.Message.Channel == ChannelNames.Smtp && !row.Message.Identity.IsBound;

    private static long Cost(QueueRow row) => Math.Max(row.Octets, 1024);
}
