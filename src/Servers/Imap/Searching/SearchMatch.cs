using DirMail.Mail;
using DirMail.Servers.Imap.Grammar;
using DirMail.Store;

namespace DirMail.Servers.Imap.Searching;

/// <summary>
/// Decides a search key for messages of one mailbox: from what the view knows (flags, dates, sizes, numbers), what the search index says, and whatever else is at hand.
/// </summary>
internal sealed class SearchMatch(SelectedMailbox box, DateTimeOffset now)
{
    private readonly Dictionary<TextQuery, IndexAnswer[]> _answers = [];
    private HashSet<Uid>? _saved;
    private readonly Dictionary<SequenceSet, List<(uint First, uint Last)>> _resolved = new(ReferenceEqualityComparer.Instance);

    /// <summary>Null: more must be known of the message. With <see cref="ReadMessage"/> it never is.</summary>
    /// <exception cref="IOException">When the message has to be read and cannot be.</exception>
    public bool? Decide(SearchKey key, int index, Evidence? evidence = null)
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
            SearchKey.Text text => Indexed(text.Query, index) ?? evidence?.Holds(text.Query),
            SearchKey.Sent sent => evidence is null ? null : SentDate.Of(evidence.Date) is { } date && Holds(sent.Test, date, sent.Date),
            SearchKey.And and => All(and, index, evidence),
            SearchKey.Or or => Either(or, index, evidence),
            SearchKey.Not not => !Decide(not.Key, index, evidence),
            _ => false,
        };
    }

    /// <summary>What the search index says of it, for each message of the mailbox.</summary>
    public void Learn(TextQuery query, IndexAnswer[] answers) => _answers[query] = answers;

    private bool? Indexed(TextQuery query, int index) => _answers.GetValueOrDefault(query)?[index] switch
    {
        IndexAnswer.Yes => true,
        IndexAnswer.No => false,
        _ => null,
    };

    /// <summary>False as soon as one is; null is not known. What costs no reading is asked first.</summary>
    private bool? All(SearchKey.And and, int index, Evidence? evidence)
    {
        bool? all = true;
        foreach (SearchKey key in and.Keys)
        {
            bool? one = Decide(key, index);
            if (one == false)
                return false;
            all &= one;
        }
        if (all is not null || evidence is null)
            return all;
        all = true;
        foreach (SearchKey key in and.Keys)
        {
            bool? one = Decide(key, index, evidence);
            if (one == false)
                return false;
            all &= one;
        }
        return all;
    }

    /// <summary>True as soon as one is.</summary>
    private bool? Either(SearchKey.Or or, int index, Evidence? evidence)
    {
        bool? either = Decide(or.One, index) | Decide(or.Other, index);
        if (either is not null || evidence is null)
            return either;
        bool? one = Decide(or.One, index, evidence);
        return one == true ? true : one | Decide(or.Other, index, evidence);
    }

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
