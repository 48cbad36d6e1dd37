using System.Runtime.InteropServices;
using DirMail.Mail;
using DirMail.Routing.Entries;

namespace DirMail.Routing.Table;

/// <summary>
/// Users of a first load, put all at once when it ends: domain by domain on all cores (<see cref="EntryChanges.SettleAllIn"/>). That is nearly all of a load; who has a say
/// in other domains' affairs (a virtual address), or came before, is put alone and in order.
/// </summary>
internal sealed class Newcomers(Draft draft, EntryChanges entries)
{
    private readonly IdsSeen _came = new();
    private readonly Dictionary<EntryName, List<Row>> _waiting = new(ReferenceEqualityComparer.Instance);
    private EntryName? _place;
    private List<Row> _neighbours = [];
    private int _count;

    /// <returns>False: it is to be put alone, now.</returns>
    public bool TryAdd(EntryReading reading)
    {
        if (!_came.Add(reading.Id))
        {
            Settle();
            return false;
        }
        if (reading.Row is not UserRow { User.Name.IsByUid: true, Declared: null } row || !row.User.VirtualAddresses.IsEmpty)
            return false;
        // neighbours come one after the other
        if (!ReferenceEquals(row.User.Name, _place))
            (_place, _neighbours) = (row.User.Name, CollectionsMarshal.GetValueRefOrAddDefault(_waiting, row.User.Name, out _) ??= []);
        _neighbours.Add(row);
        _count++;
        return true;
    }

    /// <summary>All that were added are in the draft when this returns.</summary>
    public void Settle()
    {
        if (_count == 0)
            return;
        Row[] rows = new Row[_count];
        List<Member> members = FindHomes(rows);
        Parallel.ForEach(members, member => entries.SettleAllIn(member.Domain, rows.AsSpan(member.From, member.Count)));
        int settled = members.Sum(member => member.Count);
        draft.KeepNew(settled == rows.Length ? rows : rows[..settled]);
        _waiting.Clear();
        (_place, _count) = (null, 0);
    }

    /// <summary>Brings those of one domain together. Who has no home is put here; so is everybody while a name like a user's may be a base.</summary>
    private List<Member> FindHomes(Row[] rows)
    {
        var members = new List<Member>();
        int count = 0;
        foreach (IGrouping<EntryId?, List<Row>> home in _waiting.Values.GroupBy(neighbours => draft.BasesNamedByUid > 0 ? null : entries.Homes.Of(neighbours[0])))
        {
            int from = count;
            foreach (List<Row> neighbours in home)
                if (home.Key is null)
                    neighbours.ForEach(entries.PutNew);
                else
                {
                    neighbours.CopyTo(rows, count);
                    count += neighbours.Count;
                }
            if (home.Key is { } id)
                members.Add(new(draft.Writable(id)!, from, count - from));
        }
        return members;
    }

    private readonly record struct Member(DomainRow Domain, int From, int Count);
}
