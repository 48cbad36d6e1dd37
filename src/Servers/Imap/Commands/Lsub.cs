using DirMail.Servers.Imap.Format;
using DirMail.Servers.Imap.Grammar;
using DirMail.Servers.Imap.Sharing;
using DirMail.Store;

namespace DirMail.Servers.Imap.Commands;

/// <summary>RFC 3501 6.3.9: subscribed mailboxes; a parent that is matched by % and has subscribed mailboxes below is shown as \Noselect.</summary>
internal static class Lsub
{
    public static async Task<Completion> RunAsync(ImapSession session, ImapReader arguments, CancellationToken cancellationToken)
    {
        ListRequest request = ListRequest.Read(arguments);
        if (!arguments.End())
            return Completion.Bad(arguments.Error);
        HashSet<string> told = new(StringComparer.Ordinal);
        IReadOnlyList<Folder> all = await session.Folders.ListAsync(cancellationToken);
        foreach (Folder folder in all)
        {
            Mailbox mailbox = folder.Mailbox;
            if (!mailbox.Subscribed)
                continue;
            if (request.Matches(mailbox.Name))
                Write(session.Writer, mailbox.Name, mailbox.NoSelect, told);
            else if (MatchingParent(request, mailbox.Name) is { } parent)
                Write(session.Writer, parent, isNameOnly: true, told);
            if (!await session.FlushSomeAsync(cancellationToken))
                break;
        }
        foreach (string name in await session.Folders.MissingSubscriptionsAsync(all, cancellationToken))
            if ((request.Matches(name) ? name : MatchingParent(request, name)) is { } shown)
                Write(session.Writer, shown, isNameOnly: true, told);
        return Completion.Ok("LSUB completed");
    }

    private static string? MatchingParent(ListRequest request, string name) => Folders.Above(name).FirstOrDefault(request.Matches);

    private static void Write(ImapWriter writer, string name, bool isNameOnly, HashSet<string> told)
    {
        if (!told.Add(name))
            return;
        writer.Raw(isNameOnly ? "* LSUB (\\Noselect) \"/\" "u8 : "* LSUB () \"/\" "u8);
        writer.MailboxName(name);
        writer.EndLine();
    }
}
