using DirMail.Mail;
using DirMail.Servers.Imap.Grammar;

namespace DirMail.Servers.Imap;

/// <summary>What SELECT (QRESYNC (...)) brings: the state that the client remembers, and from it what it has to be told (RFC 7162 3.2.5).</summary>
/// <param name="Since">The HIGHESTMODSEQ that it had then.</param>
/// <param name="KnownUids">Messages that it knows; null: all there were.</param>
internal sealed record Resync(uint UidValidity, ModSeq Since, SequenceSet? KnownUids)
{
    /// <summary>After "QRESYNC" and a space.</summary>
    public static Resync Read(ImapReader reader)
    {
        reader.Open();
        uint validity = reader.NonZero();
        reader.Space();
        ModSeq since = reader.ModSeq();
        SequenceSet? known = null;
        if (reader.Take(' ') && reader.Next != '(')
        {
            known = SequenceSet.Read(reader);
            if (known.IsSaved)
                reader.Fail("expected UIDs");
            reader.Take(' ');
        }
        // Numbers and UIDs that the client knows to match: they would only spare UIDs that were expunged long ago.
        if (reader.Next == '(' && reader.Open())
        {
            SequenceSet.Read(reader);
            reader.Space();
            SequenceSet.Read(reader);
            reader.Close();
        }
        reader.Close();
        return new(validity, since, known);
    }

    /// <summary>VANISHED (EARLIER), then a FETCH for each message changed. Nothing when the client knows another mailbox of that name.</summary>
    public async Task SendAsync(ImapSession session, SelectedMailbox box, CancellationToken cancellationToken)
    {
        if (UidValidity != box.Mailbox.UidValidity)
            return;
        await SendVanishedAsync(session, box, Since, KnownUids, cancellationToken);
        foreach (int index in KnownUids is null ? Enumerable.Range(0, box.Count) : box.Find(KnownUids, byUid: true))
        {
            if (box[index].ModSeq.Value <= Since.Value)
                continue;
            Updates.SendFlags(session, box, index, withUid: true);
            if (!await session.FlushSomeAsync(cancellationToken))
                return;
        }
    }

    /// <summary>UIDs among <paramref name="known"/> (null: all) expunged since then. What the client still counts is told when it may be, as any other.</summary>
    public static async Task SendVanishedAsync(ImapSession session, SelectedMailbox box, ModSeq since, SequenceSet? known, CancellationToken cancellationToken)
    {
        if (await session.Mailboxes.ChangesAsync(box.Folder.View, since, cancellationToken) is not { } changes)
            return;
        List<(uint First, uint Last)>? ranges = known?.Resolve(uint.MaxValue);
        List<Uid> vanished = [];
        foreach (Uid uid in changes.Expunged)
        {
            if (box.IndexOf(uid) < 0 && (ranges is null || SequenceSet.Holds(ranges, uid.Value)))
                vanished.Add(uid);
        }
        Updates.SendVanished(session.Writer, vanished, isEarlier: true);
    }
}
