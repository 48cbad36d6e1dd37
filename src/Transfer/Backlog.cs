using DirMail.Mail;
using DirMail.Store;

namespace DirMail.Transfer;

/// <summary>
/// Rows loaded and waiting for their turn, and those under way: an index in memory, no more. Deficit round robin over domains, one row a turn (by octets, so that large mail
/// takes fewer turns); a domain that has had its turn stands behind all others, also when there was room for one row alone. Inside that plain round robin over a domain's destinations, and in one the higher priority first (RFC 6710), else as they came; a channel that keeps order is one destination with one row at a time. Not safe for several threads: the scheduler's loop owns it.
/// </summary>
internal sealed class Backlog(int slots, int perDestination)
{
    private const int QuantumOctets = 64 * 1024;

    /// <summary>Begins no destination's name.</summary>
    private const char InOrder = '>';

    /// <summary>Of the slots, for one domain or address.</summary>
    private readonly int _most = Math.Max(1, slots / 2);
    private readonly Queue<DomainTurns> _ring = new();
    private readonly Dictionary<EntryId, DomainTurns> _domains = [];
    private readonly Dictionary<string, int> _toDestination = new(StringComparer.Ordinal);
    private readonly Dictionary<LaneKey, int> _inLane = [];
    private readonly Dictionary<(LaneKey, string), int> _inLaneTo = [];
    private readonly Dictionary<QueueId, QueueRow> _known = [];
    private readonly HashSet<QueueId> _underWay = [];

    /// <summary>Under way from the host's own address, whichever domain's they are.</summary>
    private int _unbound;

    /// <summary>Waiting and under way together.</summary>
    public int CountOf(LaneKey lane) => _inLane.GetValueOrDefault(lane);

    public int CountOf(LaneKey lane, string destination) => _inLaneTo.GetValueOrDefault((lane, destination));

    /// <summary>Lanes with rows here.</summary>
    public int Lanes => _inLane.Count;

    public int UnderWay => _underWay.Count;

    public bool IsUnderWay(QueueId message) => _underWay.Contains(message);

    /// <summary>False when the row is here already, waiting or under way: no row is attempted twice at once.</summary>
    public bool Add(QueueRow row)
    {
        if (!_known.TryAdd(row.Id, row))
            return false;
        Count(_inLane, row.Lane, 1);
        Count(_inLaneTo, (row.Lane, row.Message.Destination), 1);
        if (!_domains.TryGetValue(row.Message.Domain, out DomainTurns? domain))
        {
            _domains.Add(row.Message.Domain, domain = new DomainTurns(row.Message.Domain));
            _ring.Enqueue(domain);
        }
        domain.Add(row);
        return true;
    }

    /// <summary>The row as it is here, waiting or under way; null: it is not.</summary>
    public QueueRow? Find(QueueId message) => _known.GetValueOrDefault(message);

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
            if (domain.IsEmpty)
            {
                _ring.Dequeue();
                _domains.Remove(domain.Domain);
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
            domain.Deficit += QuantumOctets;
        }
        return null;
    }

    /// <summary>The attempt is over (or the row is not to be attempted after all).</summary>
    public void End(QueueRow row)
    {
        _known.Remove(row.Id);
        Count(_inLane, row.Lane, -1);
        Count(_inLaneTo, (row.Lane, row.Message.Destination), -1);
        Count(_toDestination, Turn(row), -1);
        _underWay.Remove(row.Id);
        _unbound -= IsUnbound(row) ? 1 : 0;
        DomainTurns domain = _domains[row.Message.Domain];
        domain.UnderWay--;
        Count(domain.ToDestination, Turn(row), -1);
    }

    private QueueRow Take(DomainTurns domain, QueueRow row)
    {
        domain.Take(row);
        // what small mail leaves of its turn is not saved up
        domain.Deficit = Math.Min(domain.Deficit - Cost(row) + QuantumOctets, QuantumOctets);
        domain.UnderWay++;
        _underWay.Add(row.Id);
        _unbound += IsUnbound(row) ? 1 : 0;
        Count(domain.ToDestination, Turn(row), 1);
        Count(_toDestination, Turn(row), 1);
        return row;
    }

    /// <summary>Rows of one turn go one after another into the line; of a channel that keeps order also one at a time.</summary>
    private static string Turn(QueueRow row) => ChannelNames.IsInOrder(row.Message.Channel) ? $"{InOrder}{row.Message.Channel} {row.Message.Domain}" : row.Message.Destination;

    private bool IsFree(DomainTurns domain, QueueRow row)
    {
        string turn = Turn(row);
        int underWay = _toDestination.GetValueOrDefault(turn);
        if (IsInOrder(turn))
            return underWay < 1;
        return underWay < perDestination && domain.ToDestination.GetValueOrDefault(turn) < ((perDestination * 3) + 3) / 4 && !(IsUnbound(row) && _unbound >= _most);
    }

    /// <summary>It leaves, and not from an address of its domain.</summary>
    private static bool IsUnbound(QueueRow row) => row.Message.Channel == ChannelNames.Smtp && !row.Message.Identity.IsBound;

    private static bool IsInOrder(string turn) => turn[0] == InOrder;

    private static long Cost(QueueRow row) => Math.Max(row.Octets, 1024);

    private static void Count<TKey>(Dictionary<TKey, int> counts, TKey key, int change) where TKey : notnull
    {
        int count = counts.GetValueOrDefault(key) + change;
        if (count == 0)
            counts.Remove(key);
        else
            counts[key] = count;
    }

    /// <summary>One domain's rows by destination, each destination in turn.</summary>
    private sealed class DomainTurns(EntryId domain)
    {
        private readonly Dictionary<string, PriorityQueue<QueueRow, (int, long)>> _waiting = new(StringComparer.Ordinal);
        private readonly Queue<string> _destinations = new();
        private long _came;

        public EntryId Domain => domain;
        public long Deficit { get; set; } = QuantumOctets;
        public int UnderWay { get; set; }

        /// <summary>Rows under way.</summary>
        public Dictionary<string, int> ToDestination { get; } = new(StringComparer.Ordinal);
        public bool IsEmpty => UnderWay == 0 && _destinations.Count == 0;

        public void Add(QueueRow row)
        {
            string turn = Turn(row);
            if (!_waiting.TryGetValue(turn, out PriorityQueue<QueueRow, (int, long)>? rows))
            {
                _waiting.Add(turn, rows = new());
                _destinations.Enqueue(turn);
            }
            rows.Enqueue(row, (IsInOrder(turn) ? 0 : -(row.Message.Wishes.Priority ?? 0), ++_came));
        }

        /// <summary>First row of the first destination that is free; that destination then stands at the front.</summary>
        public QueueRow? Peek(Func<QueueRow, bool> isFree)
        {
            for (int i = _destinations.Count; i > 0; i--)
            {
                QueueRow first = _waiting[_destinations.Peek()].Peek();
                if (isFree(first))
                    return first;
                _destinations.Enqueue(_destinations.Dequeue());
            }
            return null;
        }

        public void Take(QueueRow row)
        {
            string destination = _destinations.Dequeue();
            PriorityQueue<QueueRow, (int, long)> rows = _waiting[destination];
            if (rows.Dequeue() != row)
                throw new InvalidOperationException("only the row just looked at can be taken");
            if (rows.Count > 0)
                _destinations.Enqueue(destination);
            else
                _waiting.Remove(destination);
        }
    }
}
