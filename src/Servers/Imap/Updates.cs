using DirMail.Mail;
using DirMail.Servers.Imap.Format;
using DirMail.Store;

namespace DirMail.Servers.Imap;

/// <summary>Tells the client what others, or its own commands, changed in the selected mailbox (RFC 9051 5.2, 7.4, 7.5).</summary>
internal static class Updates
{
    /// <summary>Reads what changed since the last time and writes EXPUNGE (when it may), EXISTS and FETCH. Does not flush.</summary>
    /// <returns>False: the mailbox is gone.</returns>
    public static async Task<bool> SendAsync(ImapSession session, bool mayExpunge, CancellationToken cancellationToken)
    {
        if (session.Selected is not { } box)
            return true;
        MailboxChanges? changes = await session.Mailboxes.ChangesAsync(box.Id, box.Since, cancellationToken);
        if (changes is null)
            return false;
        box.Since = changes.Status.HighestModSeq;
        foreach (Uid uid in changes.Expunged)
        {
            if (box.IndexOf(uid) >= 0)
                box.Gone.Add(uid);
        }
        if (mayExpunge)
            SendExpunged(session.Writer, box);
        bool grew = false;
        foreach (MailboxEntry entry in changes.Changed)
            grew |= Take(session.Writer, box, entry);
        if (grew)
            SendCount(session.Writer, box);
        return true;
    }

    public static void SendExpunged(ImapWriter writer, SelectedMailbox box)
    {
        if (box.Gone.Count == 0)
            return;
        box.RemoveGone(number =>
        {
            writer.Raw("* "u8);
            writer.Number(number);
            writer.Raw(" EXPUNGE\r\n"u8);
        });
    }

    public static void SendCount(ImapWriter writer, SelectedMailbox box)
    {
        writer.Raw("* "u8);
        writer.Number(box.Count);
        writer.Raw(" EXISTS\r\n* 0 RECENT\r\n"u8);
    }

    /// <summary>"* n FETCH (FLAGS (...))", after FLAGS when a keyword is new to the client.</summary>
    public static void SendFlags(ImapWriter writer, SelectedMailbox box, int index, bool withUid)
    {
        MailboxEntry entry = box[index];
        if (box.LearnKeywords(entry.Flags))
            SendKnownFlags(writer, box);
        writer.Raw("* "u8);
        writer.Number(index + 1);
        writer.Raw(" FETCH ("u8);
        if (withUid)
        {
            writer.Raw("UID "u8);
            writer.Number(entry.Uid.Value);
            writer.Space();
        }
        writer.Raw("FLAGS "u8);
        writer.Flags(entry.Flags);
        writer.Raw(")\r\n"u8);
    }

    public static void SendKnownFlags(ImapWriter writer, SelectedMailbox box)
    {
        writer.Raw("* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft"u8);
        foreach (string keyword in box.Keywords)
        {
            writer.Space();
            writer.Ascii(keyword);
        }
        writer.Raw(")\r\n"u8);
    }

    /// <summary>True: a new message.</summary>
    private static bool Take(ImapWriter writer, SelectedMailbox box, MailboxEntry entry)
    {
        int index = box.IndexOf(entry.Uid);
        if (index < 0)
        {
            if (box.LearnKeywords(entry.Flags))
                SendKnownFlags(writer, box);
            return box.TryAppend(entry);
        }
        // What this session stored itself has been taken in and told already.
        if (box[index].ModSeq.CompareTo(entry.ModSeq) >= 0)
            return false;
        box.Replace(index, entry);
        SendFlags(writer, box, index, withUid: false);
        return false;
    }
}
