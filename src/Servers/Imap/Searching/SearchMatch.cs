using DirMail.Mail;
using DirMail.Servers.Imap.Grammar;
using DirMail.Store;

namespace DirMail.Servers.Imap.Searching;

/// <summary>
/// Decides a search key for messages of one mailbox. What the view knows (flags, dates, sizes, numbers) is decided first and without reading; only what is then
/// still open costs a reading of the message.
/// </summary>
internal sealed class SearchMatch(SelectedMailbox box, DateTimeOffset now)
{
    private HashSet<Uid>? _saved;
    private readonly Dictionary<SequenceSet, List<(uint First, uint Last)>> _resolved = new(ReferenceEqualityComparer.Instance);

    /// <summary>Null: the message itself must be read, see <see cref="MatchesAsync"/>.</summary>
    public bool? Known(SearchKey key, int index)
    {
        MailboxEntry entry = box[index];
        return key switch
        {
            SearchKey.Everything all => all.Matches,
            SearchKey.Numbers numbers => IsIn(numbers.Set, entry, (uint)index + 1, (uint)box.Count),
            SearchKey.Uids uids => IsIn(uids.Set, entry, entry.Uid.Value, box.LargestUid),
            SearchKey.Flag flag => (entry.Flags.System & flag.System) != 0 == flag.IsSet,
            SearchKey.Keyword keyword => HasKeyword(entry.Flags, keyword.Name) == keyword.IsSet,
            SearchKey.Received received => Holds(received.Test, DateOnly.FromDateTime(entry.InternalDate.UtcDateTime), received.Date),
            SearchKey.Age age => now - entry.InternalDate >= age.Interval == age.Older,
            SearchKey.Size size => size.Larger ? entry.Octets > size.Octets : entry.Octets < size.Octets,
            // what has no save date counts with its internal date
            SearchKey.Saved saved => Holds(saved.Test, DateOnly.FromDateTime(entry.Saved == default ? entry.InternalDate.UtcDateTime : entry.Saved), saved.Date),
            SearchKey.EmailId id => id.Id == ObjectId.Of(entry.Rendition),
            SearchKey.Modified modified => entry.ModSeq.Value >= modified.Since.Value,
            SearchKey.And and => All(and, index),
            SearchKey.Or or => Either(Known(or.One, index), Known(or.Other, index)),
            SearchKey.Not not => !Known(not.Key, index),
            _ => null,
        };
    }

    /// <exception cref="IOException">When the message is gone or cannot be read.</exception>
    public async ValueTask<bool> MatchesAsync(SearchKey key, int index, SearchedMessage message, CancellationToken cancellationToken)
    {
        if (Known(key, index) is { } known)
            return known;
        switch (key)
        {
            case SearchKey.Header header:
                return await message.HeaderHoldsAsync(header.Name, header.Text, cancellationToken);
            case SearchKey.Body body:
                return await message.BodyHoldsAsync(body.Text, cancellationToken);
            case SearchKey.Anywhere anywhere:
                return await message.AnyHeaderHoldsAsync(anywhere.Text, cancellationToken) || await message.BodyHoldsAsync(anywhere.Text, cancellationToken);
            case SearchKey.Sent sent:
                return SentDate.Of(await message.DateAsync(cancellationToken)) is { } date && Holds(sent.Test, date, sent.Date);
            case SearchKey.Not not:
                return !await MatchesAsync(not.Key, index, message, cancellationToken);
            case SearchKey.Or or:
                return await MatchesAsync(or.One, index, message, cancellationToken) || await MatchesAsync(or.Other, index, message, cancellationToken);
            case SearchKey.And and:
                foreach (SearchKey each in and.Keys)
                {
                    if (!await MatchesAsync(each, index, message, cancellationToken))
                        return false;
                }
                return true;
            default:
                return false;
        }
    }

    private bool? All(SearchKey.And and, int index)
    {
        bool? all = true;
        foreach (SearchKey key in and.Keys)
        {
            bool? known = Known(key, index);
            if (known == false)
                return false;
            all &= known;
        }
        return all;
    }

    /// <summary>True as soon as one is; null is not known.</summary>
    private static bool? Either(bool? one, bool? other) => one | other;

    private bool IsIn(SequenceSet set, MailboxEntry entry, uint number, uint largest)
    {
        if (set.IsSaved)
            return (_saved ??= [.. box.Saved]).Contains(entry.Uid);
        if (!_resolved.TryGetValue(set, out List<(uint First, uint Last)>? ranges))
            _resolved[set] = ranges = set.Resolve(largest);
        return SequenceSet.Holds(ranges, number);
    }

    private static bool HasKeyword(MessageFlags flags, string name) => !flags.Keywords.IsDefaultOrEmpty && flags.Keywords.Contains(name, StringComparer.OrdinalIgnoreCase);

    private static bool Holds(DateTest test, DateOnly date, DateOnly asked) => test switch
    {
        DateTest.Before => date < asked,
        DateTest.On => date == asked,
        _ => date >= asked,
    };
}
