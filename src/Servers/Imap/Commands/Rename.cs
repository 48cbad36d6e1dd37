using DirMail.Servers.Imap.Grammar;
using DirMail.Servers.Imap.Sharing;
using DirMail.Store;

namespace DirMail.Servers.Imap.Commands;

/// <summary>RFC 9051 6.3.6. A mailbox stays its owner's.</summary>
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
        Folder? folder = await session.Folders.FindAsync(from, cancellationToken);
        if (!Folder.Allows(folder, Rights.DeleteMailbox, out Completion refusal))
            return refusal;
        FolderOwner? owner = session.Folders.OwnerOf(to);
        if (folder.Reader is null ? Namespaces.Holds(to) : owner?.Id != folder.Owner || folder.IsInbox)
            return Completion.Of(MailboxResult.NotAllowed, "RENAME");
        if (!await session.Folders.MayCreateAsync(owner, to, cancellationToken))
            return Completion.NoPermission;
        return Completion.Of(await session.Mailboxes.RenameAsync(folder.Owner, session.Folders.ToOwn(folder), owner?.ToOwn(to) ?? to, cancellationToken), "RENAME");
    }
}
