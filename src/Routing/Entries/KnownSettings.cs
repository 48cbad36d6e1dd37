using System.Collections.Frozen;
using System.Runtime.CompilerServices;
using DirMail.Ldap;
using DirMail.Routing.Table;

namespace DirMail.Routing.Entries;

/// <summary>
/// What the attributes behind a user's settings said last time. Decoders hand out one object for an attribute that many entries have alike, so an entry whose attributes are the same objects
/// says the same, and is not read again. Bounded: a slot holds the newest that came twice in a row. Used without a lock: a slot is replaced as a whole, and checked at each use.
/// </summary>
internal sealed class KnownSettings
{
    private const int Count = 1024;
    private const int Most = 24;

    private readonly FrozenSet<string> _read;
    private readonly Known?[] _slots = new Known?[Count];
    private readonly int[] _seen = new int[Count];

    /// <param name="names">All of them count but those that say who the user is.</param>
    public KnownSettings(AttributeNames names)
    {
        string[] person = [names.Uid, names.Name, names.Mail, names.AlternateAddress, names.LocalAddress, names.EquivalentAddress];
        _read = names.All.Except(person, StringComparer.OrdinalIgnoreCase).ToFrozenSet(StringComparer.OrdinalIgnoreCase);
    }

    /// <param name="read">Reads them out of the entry, asking for no attribute but those of the names. What it has to complain about is told for each entry, so such settings are not known.</param>
    public MailUserSettings Of(EntryValues values, TableSettings settings, Func<EntryValues, TableSettings, MailUserSettings> read)
    {
        var key = new Key();
        int count = Collect(values.Attributes, ref key, out int hash);
        if (count < 0)
            return read(values, settings);
        ReadOnlySpan<LdapAttribute> attributes = key[..count];
        ref Known? slot = ref _slots[(uint)hash % Count];
        if (Volatile.Read(ref slot) is { } known && AreSame(known.Attributes, attributes))
            return known.Settings;
        int before = values.ProblemCount;
        MailUserSettings said = read(values, settings);
        ref int seen = ref _seen[(uint)hash % Count];
        if (seen == hash && values.ProblemCount == before)
            Volatile.Write(ref slot, new(attributes.ToArray(), said));
        seen = hash;
        return said;
    }

    /// <returns>-1: too many.</returns>
    private int Collect(IReadOnlyList<LdapAttribute> attributes, ref Key key, out int hash)
    {
        int count = 0;
        hash = 0;
        for (int i = 0; i < attributes.Count; i++)
        {
            LdapAttribute attribute = attributes[i];
            if (!_read.Contains(attribute.Description))
                continue;
            if (count == Most)
                return -1;
            key[count++] = attribute;
            hash = (hash * 31) + RuntimeHelpers.GetHashCode(attribute);
        }
        return count;
    }

    private static bool AreSame(LdapAttribute[] left, ReadOnlySpan<LdapAttribute> right)
    {
        if (left.Length != right.Length)
            return false;
        for (int i = 0; i < left.Length; i++)
            if (!ReferenceEquals(left[i], right[i]))
                return false;
        return true;
    }

    private sealed record Known(LdapAttribute[] Attributes, MailUserSettings Settings);

    [InlineArray(Most)]
    private struct Key
    {
        private LdapAttribute _first;
    }
}
