using DirMail.Mail;

namespace DirMail.Routing.Table;

/// <summary>Which domain an entry lies in. Neighbours lie in one place: what was found for one holds for the next, until a user base changes.</summary>
internal sealed class Homes(Draft draft)
{
    private EntryName.ByUid? _place;
    private EntryId? _home;

    public EntryId? Of(Row row)
    {
        if (row is AliasRow)
            return null;
        // the name itself may be a base, though hardly one of a user
        if (draft.BasesNamedByUid > 0 || row is not UserRow { User.Name: EntryName.ByUid place })
            return TableState.HomeOf(draft.Bases, row.DnKey);
        if (!ReferenceEquals(place, _place))
            (_place, _home) = (place, TableState.HomeOf(draft.Bases, place.PlaceKey));
        return _home;
    }

    /// <summary>A base has come or gone, or has another domain.</summary>
    public void BaseChanged(string baseKey, bool wasThere)
    {
        _place = null;
        bool isThere = draft.Bases.ContainsKey(baseKey);
        if (isThere != wasThere && !EntryName.UidIn(baseKey).IsEmpty)
            draft.BasesNamedByUid += isThere ? 1 : -1;
    }
}
