using DirMail.Servers.Imap.Grammar;
using DirMail.Servers.Imap.Sharing;
using DirMail.Store;

namespace DirMail.Servers.Imap.Commands;

/// <summary>REPLACE (RFC 8508): a new message in the place of one of the selected mailbox, a draft saved again for instance, in one commit.</summary>
internal static class Replace
{
    public static Task<Completion> RunAsync(ImapSession session, ImapReader arguments, CancellationToken cancellationToken) => RunAsync(session, arguments, byUid: false, cancellationToken);

    public static Task<Completion> UidAsync(ImapSession session, ImapReader arguments, CancellationToken cancellationToken) => RunAsync(session, arguments, byUid: true, cancellationToken);

    private static async Task<Completion> RunAsync(ImapSession session, ImapReader arguments, bool byUid, CancellationToken cancellationToken)
    {
        SelectedMailbox box = session.Selected!;
        arguments.Space();
        List<int> former = arguments.Messages(box, byUid);
        arguments.Space();
        string name = arguments.MailboxName();
        AppendedMessage message = AppendedMessage.Read(session, arguments);
        if (!arguments.End())
            return Completion.Bad(arguments.Error);
        if (former.Count != 1)
            return Completion.No("[NONEXISTENT] expected one message that is there");
        if (box.IsReadOnly)
            return Completion.ReadOnly;
        if (!Folder.Allows(box.Folder, Rights.DeleteMessages | Rights.Expunge, out Completion refused))
            return refused;
        (Completion? refusal, Folder? into) = await Append.CheckAsync(session, name, session.PendingLiteral!.Octets, before: 0, cancellationToken);
        if (refusal is not null)
            return refusal.Value;
        List<NewMail> messages = [];
        try
        {
            (Completion? failure, ReadOnlyMemory<byte> after) = await Append.ReadAsync(session, message, into!, messages, cancellationToken);
            if (failure is not null)
                return failure.Value;
            ImapReader rest = new(after);
            if (message.IsUtf8)
                rest.Expect(')');
            return rest.End() && session.PendingLiteral is null
                ? await StoreAsync(session, box[former[0]].Uid, name, messages[0], cancellationToken)
                : Completion.Bad("unexpected text after the message");
        }
        finally
        {
            foreach (NewMail unused in messages)
                await unused.Content.DisposeAsync();
        }
    }

    private static async Task<Completion> StoreAsync(ImapSession session, Mail.Uid former, string name, NewMail message, CancellationToken cancellationToken)
    {
        Folder? target = await session.Folders.FindAsync(name, cancellationToken);
        if (!Folder.Takes(target, out Completion refusal))
            return refusal;
        NewMail kept = message with { Flags = target.Flags.Limit(MessageFlags.None, message.Flags) };
        AppendResult result = await session.Mailboxes.ReplaceAsync(session.Selected!.Id, former, target.View, kept, session.Folders.QuotaOf(target), cancellationToken);
        if (result is AppendResult.Appended appended)
        {
            // RFC 8508 3.5: before the responses to what came and went, which come at the command's end
            session.Writer.Line($"* OK {Append.Code(target, appended)}replaced");
            return Completion.Ok("REPLACE completed");
        }
        return result switch
        {
            AppendResult.OverQuota => Completion.OverQuota,
            AppendResult.MailboxGone => Completion.TryCreate,
            _ => Completion.StoreUnavailable,
        };
    }
}
