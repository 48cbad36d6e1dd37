using DirMail.Servers.Imap.Grammar;
using DirMail.Servers.Imap.Sharing;
using DirMail.Store;
using DirMail.Wire;

namespace DirMail.Servers.Imap.Commands;

/// <summary>
/// APPEND (RFC 9051 6.3.12), of several messages at once, too (RFC 3502): all of them are stored, or none. Each goes from the connection straight into the store's
/// content, in pieces.
/// </summary>
internal static class Append
{
    /// <summary>Messages of one command, which together are no larger than one may be: they wait for the last one.</summary>
    private const int MaxMessages = 200;

    public static async Task<Completion> RunAsync(ImapSession session, ImapReader arguments, CancellationToken cancellationToken)
    {
        arguments.Space();
        string name = arguments.MailboxName();
        List<NewMail> messages = [];
        try
        {
            return await GatherAsync(session, arguments, name, messages, cancellationToken) ?? await StoreAsync(session, name, messages, cancellationToken);
        }
        finally
        {
            foreach (NewMail message in messages)
                await message.Content.DisposeAsync();
        }
    }

    /// <summary>Null: all of them are there.</summary>
    private static async Task<Completion?> GatherAsync(ImapSession session, ImapReader arguments, string name, List<NewMail> messages, CancellationToken cancellationToken)
    {
        long octets = 0;
        while (true)
        {
            AppendedMessage message = AppendedMessage.Read(session, arguments);
            if (!arguments.End())
                return Completion.Bad(arguments.Error);
            octets += session.PendingLiteral!.Octets;
            (Completion? refusal, Folder? into) = await CheckAsync(session, name, octets, messages.Count, cancellationToken);
            if (refusal is not null)
                return refusal;
            (Completion? failure, ReadOnlyMemory<byte> rest) = await ReadAsync(session, message, into!, messages, cancellationToken);
            if (failure is not null)
                return failure;
            arguments = new(rest);
            if (message.IsUtf8)
                arguments.Expect(')');
            if (arguments is { Ok: true, AtEnd: true })
                return session.PendingLiteral is null ? null : Completion.Bad("expected a space");
        }
    }

    /// <summary>What can be said before the message is sent; nothing: where it goes.</summary>
    public static async Task<(Completion? Refusal, Folder? Into)> CheckAsync(ImapSession session, string name, long octets, int before, CancellationToken cancellationToken)
    {
        if (octets > session.Services.Settings.MaxMessageOctets)
            return (Completion.No(before == 0 ? "[TOOBIG] message larger than this server allows" : "[TOOBIG] messages too large together, append them one by one"), null);
        if (session.PendingLiteral!.Octets == 0)
            return (Completion.No("[CANNOT] a message cannot be empty"), null);
        if (before >= MaxMessages)
            return (Completion.No("[LIMIT] too many messages at once"), null);
        Folder? folder = await session.Folders.FindAsync(name, cancellationToken);
        return Folder.Takes(folder, out Completion refusal) ? (null, folder) : (refusal, null);
    }

    /// <summary>Adds the message to the list; what stands after it on its line comes back.</summary>
    public static async Task<(Completion? Failure, ReadOnlyMemory<byte> After)> ReadAsync(ImapSession session, AppendedMessage message, Folder into, List<NewMail> messages, CancellationToken cancellationToken)
    {
        await using ContentWriter writer = session.Services.Store.NewContent(session.Folders.PartitionOf(into));
        bool hasNul = false;
        bool isBinary = session.PendingLiteral!.IsBinary;
        Line rest = await session.ReadPendingAsync((piece, token) =>
        {
            hasNul |= isBinary && piece.Span.Contains((byte)0);
            return writer.WriteAsync(piece, token);
        }, cancellationToken);
        if (rest.Status is LineStatus.Malformed or LineStatus.TooLong)
            return (Completion.Bad("unexpected text after the message"), default);
        if (rest.Status != LineStatus.Ok || session.IsEnding)
            return (session.IsEnding ? Completion.Answered : Completion.Closed, default);
        if (hasNul)
            return (Completion.UnknownEncoding, default);
        if (await writer.CompleteAsync(cancellationToken) is not { } content)
            return (Completion.StoreUnavailable, default);
        messages.Add(new(content, message.Flags, message.InternalDate));
        return (null, rest.Octets);
    }

    /// <summary>"[APPENDUID validity uids] "; nothing for who may not open the mailbox (RFC 4315 3).</summary>
    public static string Code(Folder into, AppendResult.Appended appended) => !into.Rights.HasFlag(Rights.Read) ? ""
        : appended.Count == 1 ? $"[APPENDUID {appended.UidValidity} {appended.Uid}] "
        : $"[APPENDUID {appended.UidValidity} {appended.Uid}:{appended.Uid.Value + appended.Count - 1}] ";

    private static async Task<Completion> StoreAsync(ImapSession session, string name, List<NewMail> messages, CancellationToken cancellationToken)
    {
        // Looked up again: it took the client some time to send the messages.
        Folder? folder = await session.Folders.FindAsync(name, cancellationToken);
        if (!Folder.Takes(folder, out Completion refusal))
            return refusal;
        List<NewMail> kept = [.. messages.Select(message => message with { Flags = folder.Flags.Limit(MessageFlags.None, message.Flags) })];
        AppendResult result = await session.Mailboxes.AppendAsync(folder.View, kept, session.Folders.QuotaOf(folder), cancellationToken);
        return result switch
        {
            AppendResult.Appended appended => Completion.Ok($"{Code(folder, appended)}APPEND completed"),
            AppendResult.OverQuota => Completion.OverQuota,
            AppendResult.MailboxGone => Completion.TryCreate,
            _ => Completion.StoreUnavailable,
        };
    }
}
