using DirMail.Mail;
using DirMail.Servers.Imap.Grammar;
using DirMail.Servers.Imap.Sharing;
using DirMail.Store;

namespace DirMail.Servers.Imap.Commands;

/// <summary>EXPUNGE (RFC 9051 6.4.3) and UID EXPUNGE (RFC 4315 2.1). The responses come with the changes at the command's end.</summary>
internal static class Expunge
{
    public static Task<Completion> RunAsync(ImapSession session, ImapReader arguments, CancellationToken cancellationToken) =>
        arguments.End() ? RunAsync(session, uids: null, cancellationToken) : Task.FromResult(Completion.Bad(arguments.Error));

    public static Task<Completion> UidAsync(ImapSession session, ImapReader arguments, CancellationToken cancellationToken)
    {
        arguments.Space();
        SequenceSet set = SequenceSet.Read(arguments);
        return arguments.End()
            ? RunAsync(session, session.Selected!.UidsOf(session.Selected.Find(set, byUid: true)), cancellationToken)
            : Task.FromResult(Completion.Bad(arguments.Error));
    }

    private static async Task<Completion> RunAsync(ImapSession session, List<Uid>? uids, CancellationToken cancellationToken)
    {
        SelectedMailbox box = session.Selected!;
        if (box.IsReadOnly)
            return Completion.ReadOnly;
        if (!Folder.Allows(box.Folder, Rights.Expunge, out Completion refusal))
            return refusal;
        await session.Mailboxes.ExpungeAsync(box.Id, uids, cancellationToken);
        if (!await session.TellChangesAsync(mayExpunge: true, cancellationToken))
            return Completion.NoSuchMailbox;
        return Completion.Ok($"{ModSeqCode(session, box)}EXPUNGE completed");
    }

    /// <summary>Everything up to there has been told (RFC 7162 3.2.7).</summary>
    private static string ModSeqCode(ImapSession session, SelectedMailbox box) => session.Has(Extensions.Condstore) ? $"[HIGHESTMODSEQ {box.Since.Value}] " : "";
}
