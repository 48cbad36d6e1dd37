using DirMail.Servers.Imap.Grammar;
using DirMail.Store;

namespace DirMail.Servers.Imap.Commands;

/// <summary>STORE (RFC 9051 6.4.6).</summary>
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
        (FlagChangeKind kind, bool isSilent) = ReadItem(arguments);
        arguments.Space();
        FlagChange change = new(kind, Flags.Read(arguments, needsParentheses: false));
        if (!arguments.End())
            return Completion.Bad(arguments.Error);
        if (box.IsReadOnly)
            return Completion.ReadOnly;
        IReadOnlyList<MailboxEntry> stored = await session.Mailboxes.StoreFlagsAsync(box.Id, box.UidsOf(messages), change, cancellationToken);
        foreach (MailboxEntry entry in stored)
        {
            TakeIn(session, box, entry, isSilent ? change : null, byUid);
            if (!await session.FlushSomeAsync(cancellationToken))
                break;
        }
        return Completion.Ok("STORE completed");
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
            Updates.SendFlags(session.Writer, box, index, withUid);
        else if (box.LearnKeywords(entry.Flags))
            Updates.SendKnownFlags(session.Writer, box);
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
