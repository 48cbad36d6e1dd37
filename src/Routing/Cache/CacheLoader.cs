using DirMail.Ldap.Codec;
using DirMail.Mail;
using DirMail.Routing.Table;

namespace DirMail.Routing.Cache;

/// <summary>What was found in the cache, worked into <paramref name="Builder"/>, and where to go on writing.</summary>
/// <param name="Search">As in <see cref="CacheHeader"/>.</param>
/// <param name="Base">Number of the first file, and the end of its first commit.</param>
/// <param name="Last">Number of the last file, and the end of its last commit.</param>
/// <param name="Damage">What of the newest was left out, and why; null: nothing.</param>
internal sealed record CacheLoaded(TableBuilder Builder, CacheCommit Commit, string Search, CachePlace Base, CachePlace Last, string? Damage);

internal readonly record struct CachePlace(int Number, long End);

/// <summary>
/// Reads the cache into a table: a base whole, then what was committed after it, up to the first damage. A base with any damage counts for nothing. Nothing is
/// taken on trust: a record is looked at only when its checksum is right, and takes effect only with its commit.
/// </summary>
internal sealed class CacheLoader(CacheFolder folder, RoutingTable empty)
{
    /// <summary>Why nothing, or not the newest base, was loaded.</summary>
    public string? Fault { get; private set; }

    /// <summary>The newest base that is whole, with all that follows it; null when there is none.</summary>
    /// <exception cref="IOException">The disk fails.</exception>
    public CacheLoaded? Load()
    {
        foreach (int number in folder.Numbers().Reverse())
            if (LoadFrom(number) is { } loaded)
                return loaded;
        return null;
    }

    private CacheLoaded? LoadFrom(int number)
    {
        using CacheReader reader = CacheReader.Open(folder.File(number));
        if (!reader.Next() || reader.Kind != RecordKind.Header || CacheHeader.Read(reader.Content) is not { } header || header.Number != number)
            return Refuse(number, reader.Fault ?? "no header of this version");
        if (!header.IsBase)
            return null;
        var builder = new TableBuilder(empty, new RecentRemovals(empty.Settings.Clock));
        builder.BeginLoad();
        var ahead = new ReadAhead(builder, static () => new EntryOctets().Read);
        if (Apply(builder, ahead, reader, long.MaxValue) is not { } commit)
            return Refuse(number, reader.Fault ?? "it was not finished");
        builder.EndBase();
        return LoadAfter(builder, ahead, header.Search, new(number, reader.Position), commit);
    }

    private CacheLoaded LoadAfter(TableBuilder builder, ReadAhead ahead, string search, CachePlace first, CacheCommit commit)
    {
        CachePlace last = first;
        string? damage = null;
        for (int number = first.Number; damage is null && File.Exists(folder.File(number)); number++)
        {
            long start = number == first.Number ? first.End : 0;
            (long end, damage) = EndOfCommits(number, start);
            if (end == 0)
                break;
            using CacheReader reader = CacheReader.Open(folder.File(number), start);
            while (reader.Position < end && Apply(builder, ahead, reader, end) is { } next)
                commit = next;
            last = new(number, end);
        }
        return new(builder, commit, search, first, last, damage);
    }

    /// <summary>Looks ahead: records after the last commit must not take effect. 0: the file is none.</summary>
    private (long End, string? Damage) EndOfCommits(int number, long start)
    {
        using CacheReader reader = CacheReader.Open(folder.File(number), start);
        long end = start;
        while (reader.Next())
            if (reader.Kind == RecordKind.Commit || (reader.Kind == RecordKind.Header && CacheHeader.Read(reader.Content)?.Number == number))
                end = reader.Position;
        return (end, reader.Fault is null ? null : $"{folder.File(number)}: {reader.Fault} at octet {reader.Position}");
    }

    /// <summary>Records up to the next commit. Null when there is none, or an entry before it is none.</summary>
    private static CacheCommit? Apply(TableBuilder builder, ReadAhead ahead, CacheReader reader, long end)
    {
        while (reader.Position < end && reader.Next())
            if (reader.Kind == RecordKind.Entry)
            {
                if (!ahead.Add(reader.Id, reader.Entry))
                    return null;
            }
            else if (!ahead.Finish())
                return null;
            else if (reader.Kind == RecordKind.Commit)
                return CacheCommit.Read(reader.Content);
            else
                Apply(builder, reader);
        return null;
    }

    private static void Apply(TableBuilder builder, CacheReader reader)
    {
        switch (reader.Kind)
        {
            case RecordKind.Removed:
                foreach (EntryId id in reader.Ids())
                    builder.Drop(id);
                break;
            case RecordKind.Held:
                builder.Hold(reader.Ids());
                break;
            case RecordKind.Released:
                builder.Release(reader.Ids());
                break;
        }
    }

    private CacheLoaded? Refuse(int number, string reason)
    {
        Fault ??= $"{folder.File(number)}: {reason}";
        return null;
    }
}
