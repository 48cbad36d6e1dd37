using DirMail.Servers.Imap.Grammar;
using DirMail.Store;

namespace DirMail.Servers.Imap.Commands;

/// <summary>SELECT and EXAMINE (RFC 9051 6.3.2, 6.3.3).</summary>
internal static class Select
{
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
        if (await session.Mailboxes.FindAsync(session.Account, name, cancellationToken) is not { } mailbox)
            return Completion.NoSuchMailbox;
        if (mailbox.NoSelect)
            return Completion.No("[CANNOT] only a name with mailboxes below it");
        // Watched before it is read: no change falls in between.
        MailboxWatch watch = session.Mailboxes.Watch(mailbox.Id, session.Wake);
        if (await session.Mailboxes.OpenAsync(mailbox.Id, cancellationToken) is not { } view)
        {
            watch.Dispose();
            return Completion.NoSuchMailbox;
        }
        SelectedMailbox box = new(view, isReadOnly, watch);
        session.Select(box);
        Describe(session, box, view.Status);
        if (resync is not null)
            await resync.SendAsync(session, box, cancellationToken);
        return Completion.Ok(isReadOnly ? "[READ-ONLY] EXAMINE completed" : "[READ-WRITE] SELECT completed");
    }

    private static void Describe(ImapSession session, SelectedMailbox box, MailboxStatus status)
    {
        Updates.SendKnownFlags(session.Writer, box);
        session.Writer.Line(box.IsReadOnly
            ? "* OK [PERMANENTFLAGS ()] read-only"
            : "* OK [PERMANENTFLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft \\*)] kept");
        Updates.SendCount(session, box);
        if (session.Has(Extensions.Rev2))
            List.Write(session.Writer, box.Mailbox);
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
