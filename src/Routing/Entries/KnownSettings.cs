using System.Collections.Frozen;
using DirMail.Routing.Table;

namespace DirMail.Routing.Entries;

/// <summary>
/// What the attributes behind a user's settings said last time. Most users say what many others say: whose attributes have a digest that is known says the same, and is not read again.
/// Bounded: a slot holds the newest that came twice in a row. Used without a lock: a slot is replaced as a whole, and checked at each use.
/// </summary>
internal sealed class KnownSettings
{
    private const int Count = 1024;

    private readonly FrozenSet<string> _read;
    private readonly Known?[] _slots = new Known?[Count];
    private readonly ulong[] _seen = new ulong[Count];

    /// <param name="names">All of them count but those that say who the user is.</param>
    public KnownSettings(AttributeNames names)
    {
        string[] person = [names.Uid, names.Name, names.Mail, names.AlternateAddress, names.LocalAddress, names.EquivalentAddress];
        _read = names.All.Except(person, StringComparer.OrdinalIgnoreCase).ToFrozenSet(StringComparer.OrdinalIgnoreCase);
    }

    /// <param name="read">Reads them out of the entry, asking for no attribute but those of the names. What it has to complain about is told for each entry, so such settings are not known.</param>
    public MailUserSettings Of(EntryValues values, TableSettings settings, Func<EntryValues, TableSettings, MailUserSettings> read)
    {
        ulong digest = EntryDigest.Of(values.Entry, _read);
        ref Known? slot = ref _slots[digest % Count];
        if (Volatile.Read(ref slot) is { } known && known.Digest == digest)
            return known.Settings;
        int before = values.ProblemCount;
        MailUserSettings said = read(values, settings);
        ref ulong seen = ref _seen[digest % Count];
        if (seen == digest && values.ProblemCount == before)
            Volatile.Write(ref slot, new(digest, said));
        seen = digest;
        return said;
    }

    private sealed record Known(ulong Digest, MailUserSettings Settings);
}
