using DirMail.Servers.Imap.Grammar;
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
        Mailbox? mailbox = await session.Mailboxes.FindAsync(session.Account, name, cancellationToken);
        MailboxResult result = await session.Mailboxes.DeleteAsync(session.Account, name, cancellationToken);
        if (result == MailboxResult.Done && mailbox is not null && session.Selected?.Id == mailbox.Id)
        {
            session.Select(null);
            session.Writer.Line("* OK [CLOSED] the selected mailbox was deleted");
        }
        return Completion.Of(result, "DELETE");
    }
}
