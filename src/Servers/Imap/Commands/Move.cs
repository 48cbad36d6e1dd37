using DirMail.Servers.Imap.Grammar;
using DirMail.Servers.Imap.Sharing;
using DirMail.Store;

namespace DirMail.Servers.Imap.Commands;

/// <summary>MOVE (RFC 6851): one commit takes the messages from there and puts them here.</summary>
internal static class Move
{
    public static Task<Completion> RunAsync(ImapSession session, ImapReader arguments, CancellationToken cancellationToken) => RunAsync(session, arguments, byUid: false, cancellationToken);

    public static Task<Completion> UidAsync(ImapSession session, ImapReader arguments, CancellationToken cancellationToken) => RunAsync(session, arguments, byUid: true, cancellationToken);

    private static async Task<Completion> RunAsync(ImapSession session, ImapReader arguments, bool byUid, CancellationToken cancellationToken)
    {
        if (session.Selected!.IsReadOnly)
            return Completion.ReadOnly;
        if (!Folder.Allows(session.Selected.Folder, Rights.DeleteMessages | Rights.Expunge, out Completion refusal))
            return refusal;
        (CopyResult.Copied? moved, Completion otherwise) = await Copy.CopyAsync(session, arguments, byUid, session.Mailboxes.MoveAsync, cancellationToken);
        if (moved is null)
            return otherwise;
        // The code stands before the EXPUNGE responses (RFC 6851 4.3); those come with the changes at the command's end.
        if (moved.From.Count > 0)
            session.Writer.Line($"* OK {Copy.Code(moved)}moved");
        return Completion.Ok("MOVE completed");
    }
}
