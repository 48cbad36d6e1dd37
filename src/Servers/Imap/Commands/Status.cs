using DirMail.Servers.Imap.Grammar;
using DirMail.Servers.Imap.Sharing;
using DirMail.Store;

namespace DirMail.Servers.Imap.Commands;

/// <summary>STATUS (RFC 9051 6.3.11, RFC 8438, RFC 7889, RFC 7162 3.1.7, RFC 8474 4.3, RFC 9208 4.1.4).</summary>
internal static class Status
{
    private const int MaxItems = 20;

    public static async Task<Completion> RunAsync(ImapSession session, ImapReader arguments, CancellationToken cancellationToken)
    {
        arguments.Space();
        string name = arguments.MailboxName();
        arguments.Space();
        List<string> items = ReadItems(arguments);
        if (!arguments.End())
            return Completion.Bad(arguments.Error);
        Folder? folder = await session.Folders.FindAsync(name, cancellationToken);
        if (!Folder.Allows(folder, Rights.Read, out Completion refusal))
            return refusal;
        return await WriteAsync(session, folder, items, cancellationToken) ? Completion.Ok("STATUS completed") : Completion.NoSuchMailbox;
    }

    /// <summary>Shared with LIST ... RETURN (STATUS (...)).</summary>
    public static List<string> ReadItems(ImapReader arguments)
    {
        List<string> items = [];
        arguments.Open();
        do
        {
            string item = arguments.Word();
            if (item is not ("MESSAGES" or "RECENT" or "UIDNEXT" or "UIDVALIDITY" or "UNSEEN" or "DELETED" or "SIZE" or "APPENDLIMIT" or "HIGHESTMODSEQ" or "MAILBOXID" or "DELETED-STORAGE") || items.Count >= MaxItems)
                arguments.Fail("expected a status item that this server knows");
            items.Add(item);
        }
        while (arguments.Take(' ') && arguments.Ok);
        arguments.Close();
        return items;
    }

    /// <summary>False: the mailbox is gone, or a name only.</summary>
    public static async Task<bool> WriteAsync(ImapSession session, Folder folder, List<string> items, CancellationToken cancellationToken)
    {
        Mailbox mailbox = folder.Mailbox;
        if (await session.Mailboxes.StatusAsync(folder.View, cancellationToken) is not { } status)
            return false;
        long deletedOctets = status.Deleted > 0 && items.Contains("DELETED-STORAGE") ? await session.Mailboxes.DeletedOctetsAsync(mailbox.Id, cancellationToken) : 0;
        if (items.Contains("HIGHESTMODSEQ"))
            session.Enable(Extensions.Condstore);
        session.Writer.Raw("* STATUS "u8);
        session.Writer.MailboxName(mailbox.Name);
        session.Writer.Raw(" ("u8);
        for (int i = 0; i < items.Count; i++)
        {
            if (i > 0)
                session.Writer.Space();
            session.Writer.Ascii(items[i]);
            session.Writer.Space();
            if (items[i] == "MAILBOXID")
                session.Writer.Ascii($"({ObjectId.Of(mailbox.Id)})");
            else
                session.Writer.Number(items[i] == "DELETED-STORAGE" ? deletedOctets : Value(session, status, items[i]));
        }
        session.Writer.Raw(")\r\n"u8);
        return true;
    }

    private static long Value(ImapSession session, MailboxStatus status, string item) => item switch
    {
        "MESSAGES" => status.Messages,
        "UIDNEXT" => status.UidNext.Value,
        "UIDVALIDITY" => status.UidValidity,
        "UNSEEN" => status.Unseen,
        "DELETED" => status.Deleted,
        "SIZE" => status.Octets,
        "HIGHESTMODSEQ" => status.HighestModSeq.Value,
        "APPENDLIMIT" => session.Services.Settings.MaxMessageOctets,
        _ => 0, // RECENT: no message is recent here
    };
}
