using DirMail.Servers.Imap.Grammar;
using DirMail.Store;

namespace DirMail.Servers.Imap.Commands;

/// <summary>MOVE (RFC 6851): a copy, then the removal of what was copied. A crash in between leaves both, never neither.</summary>
internal static class Move
{
    public static Task<Completion> RunAsync(ImapSession session, ImapReader arguments, CancellationToken cancellationToken) => RunAsync(session, arguments, byUid: false, cancellationToken);

    public static Task<Completion> UidAsync(ImapSession session, ImapReader arguments, CancellationToken cancellationToken) => RunAsync(session, arguments, byUid: true, cancellationToken);

    private static async Task<Completion> RunAsync(ImapSession session, ImapReader arguments, bool byUid, CancellationToken cancellationToken)
    {
        if (session.Selected!.IsReadOnly)
            return Completion.ReadOnly;
        (CopyResult.Copied? copied, Completion otherwise) = await Copy.CopyAsync(session, arguments, byUid, cancellationToken);
        if (copied is null)
            return otherwise;
        // The code stands before the EXPUNGE responses (RFC 6851 4.3); those come with the changes at the command's end.
        if (copied.From.Count > 0)
            session.Writer.Line($"* OK {Copy.Code(copied)}moved");
        await session.Mailboxes.RemoveAsync(session.Selected.Id, copied.From, cancellationToken);
        session.Wake();
        return Completion.Ok("MOVE completed");
    }
}
