using System.Text;
using DirMail.Mail;
using DirMail.Servers.Imap.Grammar;
using DirMail.Servers.Imap.Sharing;
using DirMail.Store;

namespace DirMail.Servers.Imap.Commands;

/// <summary>COPY (RFC 9051 6.4.7) with COPYUID (RFC 4315 3): all or nothing, content is shared.</summary>
internal static class Copy
{
    public static Task<Completion> RunAsync(ImapSession session, ImapReader arguments, CancellationToken cancellationToken) => RunAsync(session, arguments, byUid: false, cancellationToken);

    public static Task<Completion> UidAsync(ImapSession session, ImapReader arguments, CancellationToken cancellationToken) => RunAsync(session, arguments, byUid: true, cancellationToken);

    /// <summary>The store's copying or moving.</summary>
    public delegate Task<CopyResult> Transfer(Perspective from, IReadOnlyList<Uid> uids, Perspective to, FlagScope kept, Quota quota, CancellationToken cancellationToken);

    /// <summary>Reads "set mailbox" and copies or moves; null and the reason when nothing was.</summary>
    public static async Task<(CopyResult.Copied? Copied, Completion Otherwise)> CopyAsync(ImapSession session, ImapReader arguments, bool byUid, Transfer transfer, CancellationToken cancellationToken)
    {
        SelectedMailbox box = session.Selected!;
        arguments.Space();
        List<int> messages = arguments.Messages(box, byUid);
        arguments.Space();
        string name = arguments.MailboxName();
        if (!arguments.End())
            return (null, Completion.Bad(arguments.Error));
        Folder? target = await session.Folders.FindAsync(name, cancellationToken);
        if (!Folder.Takes(target, out Completion refusal))
            return (null, refusal);
        CopyResult result = await transfer(box.Folder.View, box.UidsOf(messages), target.View, target.Flags, session.Folders.QuotaOf(target), cancellationToken);
        return result switch
        {
            // what UIDs are like there is not told to who may not open it (RFC 4315 3)
            CopyResult.Copied copied => (target.Rights.HasFlag(Rights.Read) ? copied : copied with { From = [], To = [] }, default),
            CopyResult.OverQuota => (null, Completion.OverQuota),
            CopyResult.MailboxGone => (null, Completion.TryCreate),
            _ => (null, Completion.StoreUnavailable),
        };
    }

    /// <summary>"[COPYUID validity from to] " or nothing when nothing was there to copy, or nothing may be told.</summary>
    public static string Code(CopyResult.Copied copied)
    {
        if (copied.From.Count == 0)
            return "";
        StringBuilder code = new("[COPYUID ");
        code.Append(copied.UidValidity).Append(' ');
        UidSet.Append(code, copied.From);
        code.Append(' ');
        UidSet.Append(code, copied.To);
        return code.Append("] ").ToString();
    }

    private static async Task<Completion> RunAsync(ImapSession session, ImapReader arguments, bool byUid, CancellationToken cancellationToken)
    {
        (CopyResult.Copied? copied, Completion otherwise) = await CopyAsync(session, arguments, byUid, session.Mailboxes.CopyAsync, cancellationToken);
        return copied is null ? otherwise : Completion.Ok($"{Code(copied)}COPY completed");
    }
}
