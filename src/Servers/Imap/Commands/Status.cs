using DirMail.Servers.Imap.Grammar;
using DirMail.Store;

namespace DirMail.Servers.Imap.Commands;

/// <summary>STATUS (RFC 9051 6.3.11, RFC 8438, RFC 7889, RFC 7162 3.1.7).</summary>
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
        if (await session.Mailboxes.FindAsync(session.Account, name, cancellationToken) is not { } mailbox
            || await session.Mailboxes.StatusAsync(mailbox.Id, cancellationToken) is not { } status)
            return Completion.NoSuchMailbox;
        Write(session, mailbox.Name, status, items);
        return Completion.Ok("STATUS completed");
    }

    /// <summary>Shared with LIST ... RETURN (STATUS (...)).</summary>
    public static List<string> ReadItems(ImapReader arguments)
    {
        List<string> items = [];
        arguments.Open();
        do
        {
            string item = arguments.Word();
            if (item is not ("MESSAGES" or "RECENT" or "UIDNEXT" or "UIDVALIDITY" or "UNSEEN" or "DELETED" or "SIZE" or "APPENDLIMIT" or "HIGHESTMODSEQ") || items.Count >= MaxItems)
                arguments.Fail("expected a status item that this server knows");
            items.Add(item);
        }
        while (arguments.Take(' ') && arguments.Ok);
        arguments.Close();
        return items;
    }

    public static void Write(ImapSession session, string name, MailboxStatus status, List<string> items)
    {
        if (items.Contains("HIGHESTMODSEQ"))
            session.Enable(Extensions.Condstore);
        session.Writer.Raw("* STATUS "u8);
        session.Writer.MailboxName(name);
        session.Writer.Raw(" ("u8);
        for (int i = 0; i < items.Count; i++)
        {
            if (i > 0)
                session.Writer.Space();
            session.Writer.Ascii(items[i]);
            session.Writer.Space();
            session.Writer.Number(Value(session, status, items[i]));
        }
        session.Writer.Raw(")\r\n"u8);
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
