using DirMail.Mail;

namespace DirMail.Routing.Cache;

/// <summary>Entries of the files before a number: held ones are not in the directory any more, so a new base takes them from what there was.</summary>
internal sealed class CachedEntries(CacheFolder folder, int before)
{
    public void Copy(IReadOnlySet<EntryId> ids, CacheFile to)
    {
        if (ids.Count == 0)
            return;
        var last = new Dictionary<EntryId, (int File, long Offset)>();
        foreach (int number in folder.Numbers().Where(n => n < before))
            Find(ids, number, last);
        foreach (IGrouping<int, (int File, long Offset)> places in last.Values.GroupBy(p => p.File))
        {
            using CacheReader reader = CacheReader.OpenRandom(folder.File(places.Key));
            foreach ((_, long offset) in places.OrderBy(p => p.Offset))
            {
                reader.Seek(offset);
                if (reader.Next() && reader.Kind == RecordKind.Entry)
                    to.Append(RecordKind.Entry, reader.Content);
            }
        }
    }

    private void Find(IReadOnlySet<EntryId> ids, int number, Dictionary<EntryId, (int File, long Offset)> last)
    {
        using CacheReader reader = CacheReader.Open(folder.File(number));
        for (long at = 0; reader.Next(); at = reader.Position)
            if (reader.Kind == RecordKind.Entry && ids.Contains(reader.Id))
                last[reader.Id] = (number, at);
    }
}
