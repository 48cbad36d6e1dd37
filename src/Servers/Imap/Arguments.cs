using DirMail.Servers.Imap.Grammar;

namespace DirMail.Servers.Imap;

/// <summary>Arguments that mean something in the session.</summary>
internal static class Arguments
{
    /// <summary>A mailbox name as the client writes them, as UTF-8; INBOX in any case is INBOX.</summary>
    public static string MailboxName(this ImapReader reader) => Decoded(reader, reader.Astring());

    public static string Decoded(ImapReader reader, string written)
    {
        if ((reader.Utf8Names ? written : ModifiedUtf7.Decode(written)) is not { } name)
        {
            reader.Fail("expected a mailbox name in modified UTF-7");
            return "";
        }
        return name.Equals("INBOX", StringComparison.OrdinalIgnoreCase) ? "INBOX" : name;
    }

    /// <summary>The messages that a set names. Sequence numbers that no message has are an error (RFC 9051 9, seq-number), UIDs are not.</summary>
    public static List<int> Messages(this ImapReader reader, SelectedMailbox box, bool byUid)
    {
        SequenceSet set = reader.Set(box, byUid);
        return reader.Ok ? box.Find(set, byUid) : [];
    }

    /// <summary>The set itself.</summary>
    public static SequenceSet Set(this ImapReader reader, SelectedMailbox box, bool byUid)
    {
        SequenceSet set = SequenceSet.Read(reader);
        if (!byUid && set.LargestNamed > box.Count)
            reader.Fail("no message has that number");
        return set;
    }
}
