using System.Collections.Immutable;
using DirMail.Servers.Imap.Grammar;
using DirMail.Store;

namespace DirMail.Servers.Imap.Searching;

/// <summary>What a SEARCH command asks and how it wants to be answered (RFC 9051 6.4.4, RFC 4731).</summary>
internal sealed record SearchProgram(SearchKey Key, SearchReturn Return)
{
    /// <summary>Keys of one command, at any depth: each may cost a reading of the message.</summary>
    private const int MaxKeys = 1000;

    /// <summary>The charset was one that this server does not know: NO [BADCHARSET].</summary>
    public bool UnknownCharset { get; private init; }

    /// <summary>The answer tells the highest MODSEQ of what was found (RFC 7162 3.1.5).</summary>
    public bool AsksModSeq => Asks(Key);

    public static SearchProgram Read(ImapReader reader)
    {
        reader.Space();
        SearchReturn wanted = reader.TakeWord("RETURN") ? ReadReturn(reader) : SearchReturn.Plain;
        bool unknownCharset = reader.TakeWord("CHARSET") && !ReadCharset(reader);
        return new(ReadKeys(reader), wanted) { UnknownCharset = unknownCharset };
    }

    /// <summary>What SORT and THREAD end with: a charset, always, and the keys (RFC 5256 5).</summary>
    /// <param name="refusal">What to answer when false: the arguments cannot be read, or the charset is not known.</param>
    public static bool TryReadLast(ImapReader reader, out SearchProgram program, out Completion refusal)
    {
        bool unknownCharset = !ReadCharset(reader);
        program = new(ReadKeys(reader), SearchReturn.Plain) { UnknownCharset = unknownCharset };
        bool isRead = reader.End();
        refusal = isRead ? Completion.BadCharset : Completion.Bad(reader.Error);
        return isRead && !unknownCharset;
    }

    private static SearchKey ReadKeys(ImapReader reader)
    {
        int count = 0;
        ImmutableArray<SearchKey>.Builder keys = ImmutableArray.CreateBuilder<SearchKey>();
        do
            keys.Add(ReadKey(reader, ref count));
        while (reader.Take(' ') && reader.Ok && !reader.AtEnd);
        return keys.Count == 1 ? keys[0] : new SearchKey.And(keys.DrainToImmutable());
    }

    private static bool Asks(SearchKey key) => key switch
    {
        SearchKey.Modified => true,
        SearchKey.Not not => Asks(not.Key),
        SearchKey.Or or => Asks(or.One) || Asks(or.Other),
        SearchKey.And and => and.Keys.Any(Asks),
        _ => false,
    };

    private static SearchReturn ReadReturn(ImapReader reader)
    {
        SearchReturn wanted = SearchReturn.Plain;
        reader.Open();
        while (reader.Ok && reader.Next != ')')
        {
            wanted |= reader.Word() switch
            {
                "MIN" => SearchReturn.Min,
                "MAX" => SearchReturn.Max,
                "ALL" => SearchReturn.All,
                "COUNT" => SearchReturn.Count,
                "SAVE" => SearchReturn.Save,
                _ => reader.Fail("expected MIN, MAX, ALL, COUNT or SAVE") ? SearchReturn.All : SearchReturn.Plain,
            };
            reader.Take(' ');
        }
        reader.Close();
        reader.Space();
        return wanted == SearchReturn.Plain ? SearchReturn.All : wanted;
    }

    private static bool ReadCharset(ImapReader reader)
    {
        string charset = reader.Astring();
        reader.Space();
        return charset.Equals("UTF-8", StringComparison.OrdinalIgnoreCase) || charset.Equals("US-ASCII", StringComparison.OrdinalIgnoreCase);
    }

    private static SearchKey ReadKey(ImapReader reader, ref int count)
    {
        if (reader.Next == '(')
            return ReadList(reader, ref count);
        if (reader.Next is (byte)'*' or (byte)'$' or (>= (byte)'0' and <= (byte)'9'))
            return new SearchKey.Numbers(SequenceSet.Read(reader));
        return ReadNamed(reader, reader.Word(), ref count);
    }

    private static SearchKey ReadList(ImapReader reader, ref int count)
    {
        ImmutableArray<SearchKey>.Builder keys = ImmutableArray.CreateBuilder<SearchKey>();
        reader.Open();
        do
            keys.Add(ReadKey(reader, ref count));
        while (reader.Take(' ') && reader.Ok);
        reader.Close();
        return new SearchKey.And(keys.DrainToImmutable());
    }

    private static SearchKey ReadNamed(ImapReader reader, string name, ref int count)
    {
        if (++count > MaxKeys)
            reader.Fail("too many search keys");
        return Simple(name) ?? WithFlag(name) ?? WithArgument(reader, name) ?? WithKeys(reader, name, ref count);
    }

    private static SearchKey? Simple(string name) => name switch
    {
        "ALL" or "OLD" or "SAVEDATESUPPORTED" => new SearchKey.Everything(true),
        "NEW" or "RECENT" => new SearchKey.Everything(false),
        _ => null,
    };

    private static SearchKey.Flag? WithFlag(string name)
    {
        bool isSet = !name.StartsWith("UN", StringComparison.Ordinal);
        return (isSet ? name : name[2..]) switch
        {
            "SEEN" => new(SystemFlags.Seen, isSet),
            "ANSWERED" => new(SystemFlags.Answered, isSet),
            "FLAGGED" => new(SystemFlags.Flagged, isSet),
            "DELETED" => new(SystemFlags.Deleted, isSet),
            "DRAFT" => new(SystemFlags.Draft, isSet),
            _ => null,
        };
    }

    private static SearchKey? WithArgument(ImapReader reader, string name)
    {
        switch (name)
        {
            case "BCC" or "CC" or "FROM" or "TO" or "SUBJECT": return new SearchKey.Text(TextQuery.InField(name, Text(reader)));
            case "HEADER": return new SearchKey.Text(TextQuery.InField(Text(reader), Text(reader)));
            case "BODY": return new SearchKey.Text(TextQuery.InBody(Text(reader)));
            case "TEXT": return new SearchKey.Text(TextQuery.Anywhere(Text(reader)));
            case "KEYWORD" or "UNKEYWORD":
                reader.Space();
                return new SearchKey.Keyword(reader.Atom(), name == "KEYWORD");
            case "LARGER" or "SMALLER":
                reader.Space();
                return new SearchKey.Size(reader.Number64(), name == "LARGER");
            case "OLDER" or "YOUNGER":
                reader.Space();
                return new SearchKey.Age(TimeSpan.FromSeconds(reader.NonZero()), name == "OLDER");
            case "EMAILID": return new SearchKey.EmailId(Text(reader));
            case "THREADID":
                Text(reader);
                return new SearchKey.Everything(false);
            case "MODSEQ": return ReadModSeq(reader);
            case "UID":
                reader.Space();
                return new SearchKey.Uids(SequenceSet.Read(reader));
            default: return WithDate(reader, name);
        }
    }

    /// <summary>Flags have no mod-sequences of their own: the name and type of one are read over.</summary>
    private static SearchKey.Modified ReadModSeq(ImapReader reader)
    {
        reader.Space();
        if (reader.IsStringNext)
        {
            reader.String();
            reader.Space();
            if (reader.Word() is not ("ALL" or "PRIV" or "SHARED"))
                reader.Fail("expected ALL, PRIV or SHARED");
            reader.Space();
        }
        return new(reader.ModSeq());
    }

    private static SearchKey? WithDate(ImapReader reader, string name)
    {
        string prefix = name.StartsWith("SENT", StringComparison.Ordinal) ? "SENT" : name.StartsWith("SAVED", StringComparison.Ordinal) ? "SAVED" : "";
        DateTest? test = name[prefix.Length..] switch
        {
            "BEFORE" => DateTest.Before,
            "ON" => DateTest.On,
            "SINCE" => DateTest.Since,
            _ => null,
        };
        if (test is not { } known)
            return null;
        reader.Space();
        return prefix switch
        {
            "SENT" => new SearchKey.Sent(known, reader.Date()),
            "SAVED" => new SearchKey.Saved(known, reader.Date()),
            _ => new SearchKey.Received(known, reader.Date()),
        };
    }

    private static SearchKey WithKeys(ImapReader reader, string name, ref int count)
    {
        SearchKey key = new SearchKey.Everything(false);
        if (name is not ("NOT" or "OR"))
            reader.Fail("expected a search key that this server knows");
        else if (reader.Enter() && reader.Space())
            key = name == "NOT" ? new SearchKey.Not(ReadKey(reader, ref count)) : ReadOr(reader, ref count);
        reader.Leave();
        return key;
    }

    private static SearchKey.Or ReadOr(ImapReader reader, ref int count)
    {
        SearchKey one = ReadKey(reader, ref count);
        reader.Space();
        return new(one, ReadKey(reader, ref count));
    }

    private static string Text(ImapReader reader)
    {
        reader.Space();
        return reader.Astring();
    }
}

/// <summary>What ESEARCH shall return (RFC 4731); <see cref="Plain"/>: the old SEARCH response.</summary>
[Flags]
internal enum SearchReturn
{
    Plain = 0,
    Min = 1,
    Max = 2,
    All = 4,
    Count = 8,

    /// <summary>RFC 5182: kept for "$".</summary>
    Save = 16,
}
