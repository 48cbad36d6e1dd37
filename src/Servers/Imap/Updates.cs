using System.Text;
using DirMail.Mail;
using DirMail.Servers.Imap.Format;
using DirMail.Store;

namespace DirMail.Servers.Imap;

/// <summary>Tells the client what others, or its own commands, changed in the selected mailbox (RFC 9051 5.2, 7.4, 7.5).</summary>
internal static class Updates
{
    private static readonly SystemFlags[] s_flags = [SystemFlags.Answered, SystemFlags.Flagged, SystemFlags.Deleted, SystemFlags.Seen, SystemFlags.Draft];

    /// <summary>Reads what changed since the last time and writes EXPUNGE (when it may), EXISTS and FETCH. Does not flush.</summary>
    /// <returns>False: the mailbox is gone.</returns>
    public static async Task<bool> SendAsync(ImapSession session, bool mayExpunge, CancellationToken cancellationToken)
    {
        if (session.Selected is not { } box)
            return true;
        MailboxChanges? changes = await session.Mailboxes.ChangesAsync(box.Folder.View, box.Since, cancellationToken);
        if (changes is null)
            return false;
        box.Since = changes.Status.HighestModSeq;
        foreach (Uid uid in changes.Expunged)
        {
            if (box.IndexOf(uid) >= 0)
                box.Gone.Add(uid);
        }
        if (mayExpunge)
            SendExpunged(session, box);
        bool grew = false;
        foreach (MailboxEntry entry in changes.Changed)
            grew |= Take(session, box, entry);
        if (grew)
            SendCount(session, box);
        return true;
    }

    /// <summary>In a mailbox of somebody else: asks again what the user may do there, and tells what flags he may change when that is another answer (RFC 4314 5.1.1).</summary>
    /// <returns>False: not even read it.</returns>
    public static async Task<bool> SendRightsAsync(ImapSession session, SelectedMailbox box, CancellationToken cancellationToken)
    {
        if (await session.Folders.AgainAsync(box.Folder, cancellationToken) is not { } folder || !folder.Rights.HasFlag(Rights.Read))
            return false;
        FlagScope before = box.Changeable;
        box.Folder = folder;
        if (box.Changeable != before)
            SendPermanentFlags(session.Writer, box);
        return true;
    }

    public static void SendPermanentFlags(ImapWriter writer, SelectedMailbox box)
    {
        List<string> flags = [.. s_flags.Where(flag => box.Changeable.System.HasFlag(flag)).Select(static flag => $"\\{flag}")];
        if (box.Changeable.Keywords)
            flags.Add("\\*");
        writer.Line($"* OK [PERMANENTFLAGS ({string.Join(' ', flags)})] {(box.IsReadOnly ? "read-only" : "kept")}");
    }

    /// <summary>By number, or with QRESYNC by UID (RFC 7162 3.2.10).</summary>
    public static void SendExpunged(ImapSession session, SelectedMailbox box)
    {
        if (box.Gone.Count == 0)
            return;
        if (session.Has(Extensions.Qresync))
        {
            SendVanished(session.Writer, [.. box.Gone.Order()], isEarlier: false);
            box.RemoveGone(static _ => { });
            return;
        }
        box.RemoveGone(number =>
        {
            session.Writer.Raw("* "u8);
            session.Writer.Number(number);
            session.Writer.Raw(" EXPUNGE\r\n"u8);
        });
    }

    /// <param name="isEarlier">It was expunged before the client selected the mailbox: sequence numbers do not shift.</param>
    public static void SendVanished(ImapWriter writer, IReadOnlyList<Uid> uids, bool isEarlier)
    {
        if (uids.Count == 0)
            return;
        StringBuilder line = new(isEarlier ? "* VANISHED (EARLIER) " : "* VANISHED ");
        UidSet.Append(line, uids);
        writer.Line(line.ToString());
    }

    public static void SendCount(ImapSession session, SelectedMailbox box)
    {
        session.Writer.Raw("* "u8);
        session.Writer.Number(box.Count);
        session.Writer.Raw(session.Has(Extensions.Rev2) ? " EXISTS\r\n"u8 : " EXISTS\r\n* 0 RECENT\r\n"u8);
    }

    /// <summary>"* n FETCH (FLAGS (...))", after FLAGS when a keyword is new to the client.</summary>
    public static void SendFlags(ImapSession session, SelectedMailbox box, int index, bool withUid)
    {
        MailboxEntry entry = box[index];
        ImapWriter writer = session.Writer;
        if (box.LearnKeywords(entry.Flags))
            SendKnownFlags(writer, box);
        BeginChange(session, index, entry, withUid);
        writer.Raw("FLAGS "u8);
        writer.Flags(entry.Flags);
        if (session.Has(Extensions.Condstore))
        {
            writer.Space();
            writer.ModSeq(entry.ModSeq);
        }
        writer.Raw(")\r\n"u8);
    }

    /// <summary>After a silent STORE (RFC 7162 3.1.3).</summary>
    public static void SendModSeq(ImapSession session, SelectedMailbox box, int index, bool withUid)
    {
        BeginChange(session, index, box[index], withUid);
        session.Writer.ModSeq(box[index].ModSeq);
        session.Writer.Raw(")\r\n"u8);
    }

    private static void BeginChange(ImapSession session, int index, MailboxEntry entry, bool withUid)
    {
        session.Writer.Raw("* "u8);
        session.Writer.Number(index + 1);
        session.Writer.Raw(" FETCH ("u8);
        if (!withUid && !session.Has(Extensions.Qresync))
            return;
        session.Writer.Raw("UID "u8);
        session.Writer.Number(entry.Uid.Value);
        session.Writer.Space();
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
    private static bool Take(ImapSession session, SelectedMailbox box, MailboxEntry entry)
    {
        int index = box.IndexOf(entry.Uid);
        if (index < 0)
        {
            if (box.LearnKeywords(entry.Flags))
                SendKnownFlags(session.Writer, box);
            return box.TryAppend(entry);
        }
        // What this session stored itself has been taken in and told already.
        if (box[index].ModSeq.CompareTo(entry.ModSeq) >= 0)
            return false;
        box.Replace(index, entry);
        SendFlags(session, box, index, withUid: false);
        return false;
    }
}
