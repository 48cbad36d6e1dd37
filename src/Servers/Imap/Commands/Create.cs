using DirMail.Servers.Imap.Grammar;
using DirMail.Store;

namespace DirMail.Servers.Imap.Commands;

/// <summary>RFC 9051 6.3.4. A "/" at the end only announces that there will be mailboxes below.</summary>
internal static class Create
{
    public static async Task<Completion> RunAsync(ImapSession session, ImapReader arguments, CancellationToken cancellationToken)
    {
        arguments.Space();
        string name = arguments.MailboxName();
        if (!arguments.End())
            return Completion.Bad(arguments.Error);
        if (name == "INBOX")
            return Completion.Of(MailboxResult.AlreadyExists, "CREATE"); // the store makes it when it is first asked for
        return Completion.Of(await session.Mailboxes.CreateAsync(session.Account, name.EndsWith('/') ? name[..^1] : name, cancellationToken), "CREATE");
    }
}
