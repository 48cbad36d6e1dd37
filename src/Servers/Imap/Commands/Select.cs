using DirMail.Servers.Imap.Grammar;
using DirMail.Servers.Imap.Sharing;
using DirMail.Store;

namespace DirMail.Servers.Imap.Commands;

/// <summary>SELECT and EXAMINE (RFC 9051 6.3.2, 6.3.3).</summary>
internal static class Select
{
    /// <summary>Without any of them a mailbox is told to be read-only, though the reader's own \Seen may be changed (RFC 4314 5.2).</summary>
    private const Rights Writing = Rights.Insert | Rights.Expunge | Rights.WriteFlags | Rights.DeleteMessages;

    public static Task<Completion> RunAsync(ImapSession session, ImapReader arguments, CancellationToken cancellationToken) => RunAsync(session, arguments, isReadOnly: false, cancellationToken);

    public static Task<Completion> ExamineAsync(ImapSession session, ImapReader arguments, CancellationToken cancellationToken) => RunAsync(session, arguments, isReadOnly: true, cancellationToken);

    private static async Task<Completion> RunAsync(ImapSession session, ImapReader arguments, bool isReadOnly, CancellationToken cancellationToken)
    {
        arguments.Space();
        string name = arguments.MailboxName();
        Resync? resync = ReadParameters(session, arguments);
        if (!arguments.End())
            return Completion.Bad(arguments.Error);
        // A failing SELECT leaves no mailbox selected, too.
        if (session.Selected is not null)
            session.Writer.Line("* OK [CLOSED] previous mailbox closed");
        session.Select(null);
        Folder? folder = await session.Folders.FindAsync(name, cancellationToken);
        if (!Folder.Allows(folder, Rights.Read, out Completion refusal))
            return refusal;
        if (folder.Mailbox.NoSelect)
            return Completion.No("[CANNOT] only a name with mailboxes below it");
        // Watched before it is read: no change falls in between.
        MailboxWatch watch = session.Mailboxes.Watch(folder.Id, session.Wake);
        if (await session.Mailboxes.OpenAsync(folder.View, cancellationToken) is not { } view)
        {
            watch.Dispose();
            return Completion.NoSuchMailbox;
        }
        SelectedMailbox box = new(view, folder, isReadOnly, watch, folder.Reader is null ? null : new DirectoryWatch(session));
        session.Select(box);
        await DescribeAsync(session, box, view.Status, cancellationToken);
        if (resync is not null)
            await resync.SendAsync(session, box, cancellationToken);
        return Completion.Ok(isReadOnly ? "[READ-ONLY] EXAMINE completed" : (folder.Rights & Writing) == Rights.None ? "[READ-ONLY] SELECT completed" : "[READ-WRITE] SELECT completed");
    }

    private static async Task DescribeAsync(ImapSession session, SelectedMailbox box, MailboxStatus status, CancellationToken cancellationToken)
    {
        Updates.SendKnownFlags(session.Writer, box);
        Updates.SendPermanentFlags(session.Writer, box);
        Updates.SendCount(session, box);
        if (session.Has(Extensions.Rev2))
            List.Write(session.Writer, await session.Folders.AsListedAsync(box.Folder, cancellationToken));
        else
            TellUnseen(session, box);
        session.Writer.Line($"* OK [UIDVALIDITY {status.UidValidity}] UIDs valid");
        session.Writer.Line($"* OK [UIDNEXT {status.UidNext}] next UID");
        session.Writer.Line($"* OK [MAILBOXID ({ObjectId.Of(box.Id)})] its id");
        session.Writer.Line($"* OK [HIGHESTMODSEQ {status.HighestModSeq.Value}] highest so far");
    }

    private static void TellUnseen(ImapSession session, SelectedMailbox box)
    {
        for (int i = 0; i < box.Count; i++)
        {
            if ((box[i].Flags.System & SystemFlags.Seen) != 0)
                continue;
            session.Writer.Line($"* OK [UNSEEN {i + 1}] first unseen");
            break;
        }
    }

    /// <summary>"(CONDSTORE)" or "(QRESYNC (...))" (RFC 7162 3.1.8, 3.2.5).</summary>
    private static Resync? ReadParameters(ImapSession session, ImapReader arguments)
    {
        Resync? resync = null;
        if (arguments.AtEnd || !arguments.Take(' '))
            return null;
        arguments.Open();
        do
        {
            switch (arguments.Word())
            {
                case "CONDSTORE":
                    session.Enable(Extensions.Condstore);
                    break;
                case "QRESYNC" when session.Has(Extensions.Qresync):
                    arguments.Space();
                    resync = Resync.Read(arguments);
                    break;
                default:
                    arguments.Fail("expected CONDSTORE, or QRESYNC after ENABLE QRESYNC");
                    break;
            }
        }
        while (arguments.Take(' ') && arguments.Ok);
        arguments.Close();
        return resync;
    }
}
