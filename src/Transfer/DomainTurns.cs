using System.Net;
using DirMail.Mail;
using DirMail.Store;

namespace DirMail.Transfer;

/// <summary>One domain's rows by destination, each destination in turn. Those whose host is full stand aside, and come back one row at a time.</summary>
internal sealed class DomainTurns(EntryId domain)
{
    public const int QuantumOctets = 64 * 1024;

    /// <summary>Begins no destination's name.</summary>
    private const char InOrder = '>';

    private readonly Dictionary<string, Waiting> _waiting = new(StringComparer.Ordinal);
    private readonly Queue<Waiting> _turns = new();
    private readonly Queue<QueueRow> _admitted = new();
    private readonly Dictionary<IPEndPoint, Queue<Waiting>> _aside = [];

    public EntryId Domain => domain;
    public long Deficit { get; set; } = QuantumOctets;
    public int UnderWay { get; set; }

    /// <summary>Rows under way.</summary>
    public Counts<string> ToDestination { get; } = new();

    /// <summary>It stands among the domains that have their turns.</summary>
    public bool IsInRing { get; set; }

    /// <summary>Not all that waits stands aside.</summary>
    public bool HasTurns => _turns.Count > 0 || _admitted.Count > 0;

    public bool IsEmpty => UnderWay == 0 && _waiting.Count == 0 && _admitted.Count == 0;

    /// <summary>Rows of one turn go one after another into the line; of a channel that keeps order also one at a time.</summary>
    public static string Turn(QueueRow row) => ChannelNames.IsInOrder(row.Message.Channel) ? $"{InOrder}{row.Message.Channel} {row.Message.Domain}" : row.Message.Destination;

    public static bool IsInOrder(string turn) => turn[0] == InOrder;

    /// <param name="came">Its place among those of the same priority.</param>
    public void Add(QueueRow row, long came)
    {
        string turn = Turn(row);
        if (!_waiting.TryGetValue(turn, out Waiting? rows))
            _waiting.Add(turn, rows = new(turn));
        rows.Rows.Enqueue(row, (IsInOrder(turn) ? 0 : -(row.Message.Wishes.Priority ?? 0), came));
        if (rows.IsInTurn || rows.IsAside)
            return;
        rows.IsInTurn = true;
        _turns.Enqueue(rows);
    }

    /// <summary>First row of the first destination that is free; that destination then stands at the front. A row that has its place at a host comes before all others.</summary>
    public QueueRow? Peek(Func<QueueRow, bool> isFree)
    {
        for (int i = _admitted.Count; i > 0; i--)
        {
            if (isFree(_admitted.Peek()))
                return _admitted.Peek();
            _admitted.Enqueue(_admitted.Dequeue());
        }
        for (int i = _turns.Count; i > 0; i--)
        {
            Waiting rows = _turns.Peek();
            if (rows.IsAside || rows.Rows.Count == 0)
            {
                _turns.Dequeue().IsInTurn = false;
                continue;
            }
            if (isFree(rows.Rows.Peek()))
                return rows.Rows.Peek();
            _turns.Enqueue(_turns.Dequeue());
        }
        return null;
    }

    public void Take(QueueRow row)
    {
        if (_admitted.TryPeek(out QueueRow? admitted) && ReferenceEquals(admitted, row))
        {
            _admitted.Dequeue();
            return;
        }
        Waiting rows = _turns.Dequeue();
        if (rows.Rows.Dequeue() != row)
            throw new InvalidOperationException("only the row just looked at can be taken");
        if (rows.Rows.Count > 0)
            _turns.Enqueue(rows);
        else
            _waiting.Remove(rows.Turn);
    }

    public bool HasAside(IPEndPoint host) => _aside.ContainsKey(host);

    /// <summary>The row's destination waits for a place at that host, unless it waits for one elsewhere.</summary>
    public void StandAside(QueueRow row, IPEndPoint host)
    {
        Waiting rows = _waiting[Turn(row)];
        if (rows.IsAside)
            return;
        rows.IsAside = true;
        if (!_aside.TryGetValue(host, out Queue<Waiting>? all))
            _aside.Add(host, all = new());
        all.Enqueue(rows);
    }

    /// <summary>The first row of the first destination that waits there.</summary>
    public QueueRow FirstAside(IPEndPoint host) => _aside[host].Peek().Rows.Peek();

    /// <summary>That row has its place; the others of its destination wait behind those of the others.</summary>
    public void Admit(IPEndPoint host)
    {
        Queue<Waiting> all = _aside[host];
        Waiting rows = all.Dequeue();
        _admitted.Enqueue(rows.Rows.Dequeue());
        if (rows.Rows.Count > 0)
            all.Enqueue(rows);
        else
            _waiting.Remove(rows.Turn);
        if (all.Count == 0)
            _aside.Remove(host);
    }

    /// <summary>The rows of one turn.</summary>
    private sealed class Waiting(string turn)
    {
        public string Turn => turn;
        public PriorityQueue<QueueRow, (int, long)> Rows { get; } = new();
        public bool IsInTurn { get; set; }
        public bool IsAside { get; set; }
    }
}
