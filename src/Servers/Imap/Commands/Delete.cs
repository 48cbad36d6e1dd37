using DirMail.Servers.Imap.Grammar;
using DirMail.Servers.Imap.Sharing;
using DirMail.Store;

namespace DirMail.Servers.Imap.Commands;

/// <summary>RFC 9051 6.3.5.</summary>
internal static class Delete
{
    public static async Task<Completion> RunAsync(ImapSession session, ImapReader arguments, CancellationToken cancellationToken)
    {
        arguments.Space();
        string name = arguments.MailboxName();
        if (!arguments.End())
            return Completion.Bad(arguments.Error);
        Folder? folder = await session.Folders.FindAsync(name, cancellationToken);
        if (!Folder.Allows(folder, Rights.DeleteMailbox, out Completion refusal))
            return refusal;
        MailboxResult result = await session.Mailboxes.DeleteAsync(folder.Owner, session.Folders.ToOwn(folder), cancellationToken);
        if (result == MailboxResult.Done && session.Selected?.Id == folder.Id)
        {
            session.Select(null);
            session.Writer.Line("* OK [CLOSED] the selected mailbox was deleted");
        }
        return Completion.Of(result, "DELETE");
    }
}
