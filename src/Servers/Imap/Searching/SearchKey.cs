using System.Collections.Immutable;
using DirMail.Mail;
using DirMail.Servers.Imap.Grammar;
using DirMail.Store;

namespace DirMail.Servers.Imap.Searching;

/// <summary>One key of SEARCH (RFC 9051 6.4.4).</summary>
internal abstract record SearchKey
{
    private SearchKey() { }

    /// <summary>ALL (and OLD, since no message is recent here); with false: NEW and RECENT, which find none.</summary>
    internal sealed record Everything(bool Matches) : SearchKey;
    internal sealed record Numbers(SequenceSet Set) : SearchKey;
    internal sealed record Uids(SequenceSet Set) : SearchKey;
    internal sealed record Flag(SystemFlags System, bool IsSet) : SearchKey;
    internal sealed record Keyword(string Name, bool IsSet) : SearchKey;
    internal sealed record Received(DateTest Test, DateOnly Date) : SearchKey;
    internal sealed record Sent(DateTest Test, DateOnly Date) : SearchKey;

    /// <summary>OLDER and YOUNGER (RFC 5032).</summary>
    internal sealed record Age(TimeSpan Interval, bool Older) : SearchKey;
    internal sealed record Size(long Octets, bool Larger) : SearchKey;

    /// <summary>RFC 8514 4.3.</summary>
    internal sealed record Saved(DateTest Test, DateOnly Date) : SearchKey;

    /// <summary>RFC 8474 6.</summary>
    internal sealed record EmailId(string Id) : SearchKey;

    /// <summary>Changed at or after that (RFC 7162 3.1.5).</summary>
    internal sealed record Modified(ModSeq Since) : SearchKey;

    /// <summary>SUBJECT, FROM, TO, CC, BCC, HEADER, BODY and TEXT.</summary>
    internal sealed record Text(TextQuery Query) : SearchKey;
    internal sealed record And(ImmutableArray<SearchKey> Keys) : SearchKey;
    internal sealed record Or(SearchKey One, SearchKey Other) : SearchKey;
    internal sealed record Not(SearchKey Key) : SearchKey;
}

internal enum DateTest
{
    Before,
    On,
    Since,
}
