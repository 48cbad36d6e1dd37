using System.Text;
using DirMail.Mail;
using DirMail.Servers.Imap.Grammar;
using DirMail.Servers.Imap.Sharing;
using DirMail.Store;

namespace DirMail.Servers.Imap.Commands;

/// <summary>STORE (RFC 9051 6.4.6), also on condition (RFC 7162 3.1.3).</summary>
internal static class Store
{
    public static Task<Completion> RunAsync(ImapSession session, ImapReader arguments, CancellationToken cancellationToken) => RunAsync(session, arguments, byUid: false, cancellationToken);

    public static Task<Completion> UidAsync(ImapSession session, ImapReader arguments, CancellationToken cancellationToken) => RunAsync(session, arguments, byUid: true, cancellationToken);

    private static async Task<Completion> RunAsync(ImapSession session, ImapReader arguments, bool byUid, CancellationToken cancellationToken)
    {
        SelectedMailbox box = session.Selected!;
        arguments.Space();
        List<int> messages = arguments.Messages(box, byUid);
        arguments.Space();
        ModSeq? unchangedSince = ReadModifier(arguments);
        (FlagChangeKind kind, bool isSilent) = ReadItem(arguments);
        arguments.Space();
        FlagChange change = new(kind, Flags.Read(arguments, needsParentheses: false)) { UnchangedSince = unchangedSince, Within = box.Changeable };
        if (!arguments.End())
            return Completion.Bad(arguments.Error);
        if (box.IsReadOnly)
            return Completion.ReadOnly;
        if (FlagRights.Refuses(box.Changeable, change))
            return Completion.NoPermission;
        if (unchangedSince is not null)
            session.Enable(Extensions.Condstore);
        List<Uid> uids = box.UidsOf(messages);
        StoredFlags stored = await session.Mailboxes.StoreFlagsAsync(box.Folder.View, uids, change, cancellationToken);
        foreach (MailboxEntry entry in stored.Entries)
        {
            TakeIn(session, box, entry, isSilent ? change : null, byUid);
            if (!await session.FlushSomeAsync(cancellationToken))
                break;
        }
        box.Advance(stored.Given);
        return Completion.Ok($"{(unchangedSince is null ? "" : ModifiedCode(box, byUid, uids, stored.Entries))}STORE completed");
    }

    /// <summary>"(UNCHANGEDSINCE 12345) " (RFC 7162 3.1.3).</summary>
    private static ModSeq? ReadModifier(ImapReader arguments)
    {
        if (arguments.Next != '(')
            return null;
        arguments.Open();
        if (arguments.Word() != "UNCHANGEDSINCE")
            arguments.Fail("expected UNCHANGEDSINCE");
        arguments.Space();
        ModSeq since = arguments.ModSeq();
        arguments.Close();
        arguments.Space();
        return since;
    }

    /// <summary>"[MODIFIED 7,9] " names those that were changed, or expunged, by others meanwhile.</summary>
    private static string ModifiedCode(SelectedMailbox box, bool byUid, List<Uid> uids, IReadOnlyList<MailboxEntry> stored)
    {
        HashSet<Uid> done = [.. stored.Select(static entry => entry.Uid)];
        List<uint> modified = [.. uids.Where(uid => !done.Contains(uid)).Select(uid => byUid ? uid.Value : (uint)box.IndexOf(uid) + 1)];
        if (modified.Count == 0)
            return "";
        StringBuilder code = new("[MODIFIED ");
        UidSet.Append(code, modified);
        return code.Append("] ").ToString();
    }

    /// <summary>What this command changed is told, unless it was silent and did just what the client expects (RFC 9051 6.4.6: others' changes are told all the same).</summary>
    private static void TakeIn(ImapSession session, SelectedMailbox box, MailboxEntry entry, FlagChange? silent, bool withUid)
    {
        int index = box.IndexOf(entry.Uid);
        if (index < 0)
            return;
        bool isExpected = silent is not null && Flags.Same(silent.Apply(box[index].Flags), entry.Flags);
        box.Replace(index, entry);
        if (!isExpected)
            Updates.SendFlags(session, box, index, withUid);
        else if (box.LearnKeywords(entry.Flags))
            Updates.SendKnownFlags(session.Writer, box);
        if (isExpected && session.Has(Extensions.Condstore))
            Updates.SendModSeq(session, box, index, withUid);
    }

    private static (FlagChangeKind, bool IsSilent) ReadItem(ImapReader arguments)
    {
        FlagChangeKind kind = arguments.Take('+') ? FlagChangeKind.Add : arguments.Take('-') ? FlagChangeKind.Remove : FlagChangeKind.Replace;
        switch (arguments.Word())
        {
            case "FLAGS": return (kind, false);
            case "FLAGS.SILENT": return (kind, true);
            default:
                arguments.Fail("expected FLAGS or FLAGS.SILENT");
                return default;
        }
    }
}
