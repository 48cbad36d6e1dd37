using DirMail.Servers.Imap.Grammar;

namespace DirMail.Servers.Imap.Commands;

/// <summary>RFC 9051 6.3.6.</summary>
internal static class Rename
{
    public static async Task<Completion> RunAsync(ImapSession session, ImapReader arguments, CancellationToken cancellationToken)
    {
        arguments.Space();
        string from = arguments.MailboxName();
        arguments.Space();
        string to = arguments.MailboxName();
        if (!arguments.End())
            return Completion.Bad(arguments.Error);
        return Completion.Of(await session.Mailboxes.RenameAsync(session.Account, from, to, cancellationToken), "RENAME");
    }
}
