using DirMail.Mail;

namespace DirMail.Servers.Pop3.Commands;

/// <summary>RFC 1939 6: only now are marked messages removed. The answer says whether they were.</summary>
internal static class Quit
{
    public static async Task<Answer> RunAsync(Pop3Session session, string argument, CancellationToken cancellationToken)
    {
        if (session.Maildrop is not { } maildrop)
            return Answer.Last(true, "bye");
        IReadOnlyList<Uid> marked = maildrop.Marked;
        bool isDone = marked.Count == 0 || await RemoveAsync(session, maildrop, marked);
        // before the answer: a client that comes again at once finds its maildrop free
        session.Leave();
        return isDone ? Answer.Last(true, $"bye, {marked.Count} messages deleted") : Answer.Last(false, "[SYS/TEMP] some deleted messages were not removed");
    }

    /// <summary>Not ended by what may end the session meanwhile: the client has asked for it.</summary>
    private static async Task<bool> RemoveAsync(Pop3Session session, Maildrop maildrop, IReadOnlyList<Uid> marked)
    {
        try
        {
            IReadOnlyList<Uid> removed = await session.Services.Store.Mailboxes.RemoveAsync(maildrop.Mailbox, marked, CancellationToken.None);
            Pop3Metrics.Deleted(removed.Count);
            return true;
        }
        catch (IOException failure)
        {
            session.Services.Logger.NotRemoved(failure, maildrop.Account);
            return false;
        }
    }
}
