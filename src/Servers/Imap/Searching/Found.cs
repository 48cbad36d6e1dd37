using DirMail.Mail;
using DirMail.Store;

namespace DirMail.Servers.Imap.Searching;

/// <summary>
/// Looks through the selected mailbox for SEARCH, SORT and THREAD. What is cheap to know decides first: the view itself, then the search index, then stored
/// envelopes; only messages that are still open then are read.
/// </summary>
internal sealed class Found
{
    /// <summary>Put to the index, each with an answer for every message to be held; what more is asked is looked for in the messages.</summary>
    private const int MostQueries = 16;

    private readonly ImapSession _session;
    private readonly SelectedMailbox _box;
    private readonly SearchKey _key;
    private readonly SearchMatch _match;
    private readonly bool[] _found;

    /// <summary>Indexes of the messages that are not decided yet, ascending.</summary>
    private List<int> _open;

    private Found(ImapSession session, SearchKey key)
    {
        (_session, _box, _key) = (session, session.Selected!, key);
        _match = new(_box, session.Services.Clock.GetUtcNow());
        _found = new bool[_box.Count];
        _open = new(_box.Count);
    }

    /// <summary>Indexes of the messages that match, ascending.</summary>
    public static async Task<List<int>> ReadAsync(ImapSession session, SearchKey key, CancellationToken cancellationToken)
    {
        Found found = new(session, key);
        found.DecideKnown();
        await found.AskIndexAsync(cancellationToken);
        if (Asks(key, static leaf => leaf is SearchKey.Sent or SearchKey.Text { Query: { Place: TextPlace.Field, Field: "SUBJECT" } }))
            await found.ReadEnvelopesAsync(cancellationToken);
        await found.ReadMessagesAsync(cancellationToken);
        return [.. Enumerable.Range(0, found._found.Length).Where(index => found._found[index])];
    }

    private static bool Asks(SearchKey key, Func<SearchKey, bool> isWanted) => key switch
    {
        SearchKey.Not not => Asks(not.Key, isWanted),
        SearchKey.Or or => Asks(or.One, isWanted) || Asks(or.Other, isWanted),
        SearchKey.And and => and.Keys.Any(each => Asks(each, isWanted)),
        _ => isWanted(key),
    };

    private void DecideKnown()
    {
        for (int i = 0; i < _box.Count; i++)
        {
            if (!_box.Gone.Contains(_box[i].Uid) && !IsDecided(i, null))
                _open.Add(i);
        }
    }

    private async Task AskIndexAsync(CancellationToken cancellationToken)
    {
        HashSet<TextQuery> asked = [];
        Gather(_key, asked);
        if (asked.Count == 0)
            return;
        List<TextQuery> queries = [.. asked.Take(MostQueries)];
        IReadOnlyList<IndexAnswer[]> answers = await _session.Mailboxes.AskIndexAsync(OpenRenditions(), queries, cancellationToken);
        for (int i = 0; i < queries.Count; i++)
        {
            var ofAll = new IndexAnswer[_box.Count];
            for (int j = 0; j < _open.Count; j++)
                ofAll[_open[j]] = answers[i][j];
            _match.Learn(queries[i], ofAll);
        }
        _open.RemoveAll(index => IsDecided(index, null));
    }

    private static void Gather(SearchKey key, HashSet<TextQuery> queries) => Asks(key, leaf =>
    {
        if (leaf is SearchKey.Text text)
            queries.Add(text.Query);
        return false;
    });

    private List<RenditionId> OpenRenditions() => _open.ConvertAll(index => _box[index].Rendition);

    private async Task ReadEnvelopesAsync(CancellationToken cancellationToken)
    {
        List<int> left = [];
        await foreach (StructureBatch batch in StructureBatch.ReadAsync(_session, _open, StructureExtent.Envelope, cancellationToken))
        {
            for (int i = 0; i < batch.Count; i++)
            {
                if (ShownEnvelope.Of(batch.Stored(i)) is not { } envelope || !IsDecided(batch.Index(i), envelope))
                    left.Add(batch.Index(i));
            }
        }
        _open = left;
    }

    private Task ReadMessagesAsync(CancellationToken cancellationToken) => _session.Mailboxes.LookThroughAsync(OpenRenditions(), (i, text) =>
    {
        if (text is not null)
            Read(_open[i], text);
        return !_session.IsEnding;
    }, cancellationToken);

    /// <summary>What cannot be read is not found.</summary>
    private void Read(int index, SearchedText text)
    {
        try
        {
            IsDecided(index, new ReadMessage(text));
        }
        catch (IOException exception)
        {
            _session.Services.Logger.Unreadable(exception, _session.User!.Uid, _box[index].Uid.Value, _box.Id.Value);
        }
    }

    private bool IsDecided(int index, Evidence? evidence)
    {
        bool? matches = _match.Decide(_key, index, evidence);
        _found[index] = matches == true;
        return matches is not null;
    }
}
