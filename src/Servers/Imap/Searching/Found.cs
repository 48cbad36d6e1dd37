
namespace DirMail.Servers.Imap.Searching;

/// <summary>Looks through the selected mailbox for SEARCH, SORT and THREAD.</summary>
internal static class Found
{
    /// <summary>Indexes of the messages that match, ascending.</summary>
    public static async Task<List<int>> ReadAsync(ImapSession session, SearchKey key, CancellationToken cancellationToken)
    {
        SelectedMailbox box = session.Selected!;
        SearchMatch match = new(box, session.Services.Clock.GetUtcNow());
        List<int> found = [];
        for (int i = 0; i < box.Count && !session.IsEnding; i++)
        {
            if (box.Gone.Contains(box[i].Uid))
                continue;
            if (match.Known(key, i) ?? await ReadAsync(session, match, key, i, cancellationToken))
                found.Add(i);
        }
        return found;
    }

    private static async ValueTask<bool> ReadAsync(ImapSession session, SearchMatch match, SearchKey key, int index, CancellationToken cancellationToken)
    {
        SelectedMailbox box = session.Selected!;
        try
        {
            return await match.MatchesAsync(key, index, new(session.Mailboxes, box[index]), cancellationToken);
        }
        catch (IOException exception)
        {
            session.Services.Logger.Unreadable(exception, session.User!.Uid, box[index].Uid.Value, box.Id.Value);
            return false;
        }
    }
}
