using DirMail.Servers.Imap.Grammar;
using DirMail.Store;

namespace DirMail.Servers.Imap.Commands;

/// <summary>CLOSE (RFC 9051 6.4.1) removes what is \Deleted and tells nothing of it; UNSELECT (6.4.2) removes nothing.</summary>
internal static class Close
{
    public static async Task<Completion> RunAsync(ImapSession session, ImapReader arguments, CancellationToken cancellationToken)
    {
        if (!arguments.End())
            return Completion.Bad(arguments.Error);
        if (session.Selected is { IsReadOnly: false } box && box.Folder.Rights.HasFlag(Rights.Expunge))
            await session.Mailboxes.ExpungeAsync(box.Id, uids: null, cancellationToken);
        session.Select(null);
        return Completion.Ok("CLOSE completed");
    }

    public static Task<Completion> UnselectAsync(ImapSession session, ImapReader arguments, CancellationToken cancellationToken)
    {
        if (!arguments.End())
            return Task.FromResult(Completion.Bad(arguments.Error));
        session.Select(null);
        return Task.FromResult(Completion.Ok("UNSELECT completed"));
    }
}
