using DirMail.Mail;
using DirMail.Servers.Imap.Grammar;
using DirMail.Store;

namespace DirMail.Servers.Imap.Commands;

/// <summary>FETCH (RFC 9051 6.4.5): a response a message, written as it is read, at the client's pace.</summary>
internal static class Fetch
{
    private static readonly FetchItem s_uid = new(FetchKind.Uid);
    private static readonly FetchItem s_modSeq = new(FetchKind.ModSeq);

    public static Task<Completion> RunAsync(ImapSession session, ImapReader arguments, CancellationToken cancellationToken) => RunAsync(session, arguments, byUid: false, cancellationToken);

    public static Task<Completion> UidAsync(ImapSession session, ImapReader arguments, CancellationToken cancellationToken) => RunAsync(session, arguments, byUid: true, cancellationToken);

    private static async Task<Completion> RunAsync(ImapSession session, ImapReader arguments, bool byUid, CancellationToken cancellationToken)
    {
        SelectedMailbox box = session.Selected!;
        arguments.Space();
        SequenceSet set = arguments.Set(box, byUid);
        arguments.Space();
        List<FetchItem> items = FetchItems.Read(arguments);
        FetchModifiers modifiers = FetchModifiers.Read(arguments);
        if (modifiers.Vanished && !(byUid && modifiers.ChangedSince is not null && session.Has(Extensions.Qresync)))
            arguments.Fail("VANISHED needs UID FETCH, CHANGEDSINCE and ENABLE QRESYNC");
        if (!arguments.End())
            return Completion.Bad(arguments.Error);
        if (byUid && !items.Exists(item => item.Kind == FetchKind.Uid))
            items.Insert(0, s_uid);
        List<int> messages = box.Find(set, byUid);
        if (modifiers.ChangedSince is { } since)
        {
            if (modifiers.Vanished)
                await Resync.SendVanishedAsync(session, box, since, set, cancellationToken);
            messages.RemoveAll(index => box[index].ModSeq.Value <= since.Value);
            if (!items.Exists(item => item.Kind == FetchKind.ModSeq))
                items.Add(s_modSeq);
        }
        if (items.Exists(item => item.Kind == FetchKind.ModSeq))
            session.Enable(Extensions.Condstore);
        HashSet<Uid> newlySeen = box.Changeable.System.HasFlag(SystemFlags.Seen) && items.Exists(item => item.SetsSeen) ? await MarkSeenAsync(session, box, messages, cancellationToken) : [];
        FetchResponse response = new(session, box, items, newlySeen);
        return response.NeedsContent ? await SendEachAsync(session, messages, response, cancellationToken) : await SendAsync(session, messages, response, cancellationToken);
    }

    /// <summary>What the structures tell: they are read some hundred at a time, the next ones while the last ones are written.</summary>
    private static async Task<Completion> SendAsync(ImapSession session, List<int> messages, FetchResponse response, CancellationToken cancellationToken)
    {
        bool complete = true;
        await foreach (StructureBatch batch in StructureBatch.ReadAsync(session, messages, response.Extent, cancellationToken))
        {
            for (int i = 0; i < batch.Count; i++)
            {
                session.IsMidResponse = true;
                complete &= response.TryWrite(batch.Index(i), batch.Stored(i));
                session.IsMidResponse = false;
                if (!await session.FlushSomeAsync(cancellationToken))
                    return session.IsEnding ? Completion.Answered : Completion.Closed;
            }
        }
        return Completed(complete);
    }

    private static Completion Completed(bool complete) => complete ? Completion.Ok("FETCH completed") : Completion.No("[EXPUNGEISSUED] some of the messages are gone");

    private static async Task<Completion> SendEachAsync(ImapSession session, List<int> messages, FetchResponse response, CancellationToken cancellationToken)
    {
        bool complete = true;
        await foreach ((int index, MessageContent? content) in OpenedMessages.ReadAsync(session, messages, response.ContentExtent, cancellationToken))
        {
            session.IsMidResponse = true;
            complete &= await response.WriteAsync(index, content, cancellationToken);
            session.IsMidResponse = false;
            if (!await session.FlushSomeAsync(cancellationToken))
                return session.IsEnding ? Completion.Answered : Completion.Closed;
        }
        return response.UnknownEncoding ? Completion.UnknownEncoding : Completed(complete);
    }

    /// <summary>All in one commit, before they are sent: a client that breaks off may find them seen, never the other way round.</summary>
    private static async Task<HashSet<Uid>> MarkSeenAsync(ImapSession session, SelectedMailbox box, List<int> messages, CancellationToken cancellationToken)
    {
        List<Uid> unseen = [];
        foreach (int index in messages)
        {
            if ((box[index].Flags.System & SystemFlags.Seen) == 0)
                unseen.Add(box[index].Uid);
        }
        if (unseen.Count == 0)
            return [];
        FlagChange seen = new(FlagChangeKind.Add, new(SystemFlags.Seen, []));
        StoredFlags stored = await session.Mailboxes.StoreFlagsAsync(box.Folder.View, unseen, seen, cancellationToken);
        foreach (MailboxEntry entry in stored.Entries)
        {
            int index = box.IndexOf(entry.Uid);
            if (index >= 0)
                box.Replace(index, entry);
        }
        box.Advance(stored.Given);
        return [.. unseen];
    }
}
