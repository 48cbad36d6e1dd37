using System.Collections.Concurrent;
using System.Collections.Immutable;
using DirMail.Ldap;
using DirMail.Mail;

namespace DirMail.Routing.Table;

/// <summary>
/// What many entries have in common is kept once: domain names in addresses, the place that people lie below, settings. Each kind is bounded and begins anew when it is
/// full: what is in use stays in use, only newcomers no longer share with it. Used by any number of readers at once.
/// </summary>
internal sealed class SharedValues
{
    private const int MaxPlaces = 100_000;
    private const int MaxSettings = 50_000;

    private readonly ConcurrentDictionary<string, EntryName> _places = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, EntryName>.AlternateLookup<ReadOnlySpan<char>> _placesByText;
    private readonly ConcurrentDictionary<MailUserSettings, MailUserSettings> _settings = new();
    private readonly ConcurrentDictionary<ulong, Traits> _traits = new();
    private int _placeCount, _settingsCount, _traitsCount;

    public SharedValues() => _placesByText = _places.GetAlternateLookup<ReadOnlySpan<char>>();

    public KnownDomains Domains { get; } = new();

    public EntryName NameOf(IEntryContent entry, string uid)
    {
        int above = EntryName.ByUid.Prefix.Length + uid.Length + 1;
        if (EntryName.IsNamedByPlainUid(entry.DnText, uid) && _placesByText.TryGetValue(entry.DnText[above..], out EntryName? known))
            return known;
        Dn dn = entry.Dn;
        if (!EntryName.IsNamedByUid(dn, uid))
            return new EntryName.Own(dn);
        string text = dn.Text[above..];
        var place = new EntryName.ByUid(text, dn.Normal[above..]);
        MakeRoom(_places, ref _placeCount, MaxPlaces);
        return _places.GetOrAdd(text, place);
    }

    public MailUserSettings Share(MailUserSettings settings)
    {
        if (_settings.TryGetValue(settings, out MailUserSettings? known))
            return known;
        MakeRoom(_settings, ref _settingsCount, MaxSettings);
        return _settings.GetOrAdd(settings, settings);
    }

    /// <param name="digest">Over the values.</param>
    public Traits Traits(ulong digest, Func<ImmutableArray<(string, string)>> read)
    {
        if (_traits.TryGetValue(digest, out Traits? known))
            return known;
        MakeRoom(_traits, ref _traitsCount, MaxSettings);
        return _traits.GetOrAdd(digest, static (key, values) => new Traits(key, values()), read);
    }

    /// <summary>Counted beside the dictionary, whose own count takes all its locks.</summary>
    private static void MakeRoom<TKey, TValue>(ConcurrentDictionary<TKey, TValue> shared, ref int count, int most) where TKey : notnull
    {
        if (Interlocked.Increment(ref count) <= most)
            return;
        shared.Clear();
        Volatile.Write(ref count, 0);
    }
}
