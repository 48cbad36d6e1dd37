using System.Collections.Concurrent;

namespace DirMail.Mail;

/// <summary>
/// Domain names as addresses have them, with their keys: who reads a million addresses of ten thousand domains checks each name once and keeps each string once.
/// Bounded: when it is full it begins anew. Used by any number of readers at once.
/// </summary>
public sealed class KnownDomains
{
    private const int Most = 100_000;

    private readonly ConcurrentDictionary<string, (string Domain, string Key)> _known = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, (string Domain, string Key)>.AlternateLookup<ReadOnlySpan<char>> _byText;
    private int _count;

    public KnownDomains() => _byText = _known.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The name as given and its key, both shared; false when it is no domain name or address literal.</summary>
    internal bool TryFind(ReadOnlySpan<char> text, out (string Domain, string Key) found)
    {
        if (_byText.TryGetValue(text, out found))
            return true;
        string domain = text.ToString();
        if (!MailAddress.TryDomainKey(domain, out string key))
            return false;
        found = (domain, key);
        if (Interlocked.Increment(ref _count) > Most)
        {
            _known.Clear();
            Volatile.Write(ref _count, 0);
        }
        found = _known.GetOrAdd(domain, found);
        return true;
    }
}
