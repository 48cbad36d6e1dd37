using System.Runtime.InteropServices;
using DirMail.Mail;
using DirMail.Routing.Entries;

namespace DirMail.Routing.Table;

/// <summary>
/// Users of a first load, put many at a time: domain by domain on all cores, by the same <see cref="EntryChanges.SettleIn"/> as one alone. That is nearly all of a load; who has a say
/// in other domains' affairs (a virtual address), or came before, is put alone and in order.
/// </summary>
internal sealed class Newcomers(Draft draft, EntryChanges entries)
{
    private const int Most = 4096;

    private readonly HashSet<EntryId> _came = [];
    private readonly List<UserRow> _waiting = [];

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
        _waiting.Add(row);
        if (_waiting.Count >= Most)
            Settle();
        return true;
    }

    /// <summary>All that were added are in the draft when this returns.</summary>
    public void Settle()
    {
        if (_waiting.Count == 0)
            return;
        UserRow[] rows = [.. _waiting];
        _waiting.Clear();
        List<Member> members = FindHomes(rows);
        Row[][] settled = new Row[members.Count][];
        Parallel.For(0, members.Count, i => settled[i] = [.. members[i].Rows.Select(row => entries.SettleIn(row, members[i].Domain))]);
        draft.KeepNew([.. settled.SelectMany(rows => rows)]);
    }

    /// <summary>Who has no home is settled here.</summary>
    private List<Member> FindHomes(UserRow[] rows)
    {
        var members = new List<Member>();
        var places = new Dictionary<EntryId, int>();
        foreach (UserRow row in rows)
        {
            if (entries.HomeOf(row) is not { } domain)
            {
                entries.Put(row);
                continue;
            }
            ref int place = ref CollectionsMarshal.GetValueRefOrAddDefault(places, domain.Id, out bool isKnown);
            if (!isKnown)
            {
                place = members.Count;
                members.Add(new(domain, []));
            }
            members[place].Rows.Add(row);
        }
        return members;
    }

    private readonly record struct Member(DomainRow Domain, List<UserRow> Rows);
}
