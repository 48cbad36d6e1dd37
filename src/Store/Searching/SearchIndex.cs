using DirMail.Mail;
using DirMail.Store.Sqlite;
using DirMail.Store.Writing;

namespace DirMail.Store.Searching;

/// <summary>
/// What the index knows of texts. It never has to be right: what it does not know, or cannot say because its file is missing, damaged or behind, is answered with
/// <see cref="IndexAnswer.Unknown"/>, and whoever asks reads the message.
/// </summary>
/// <param name="indexer">Null: nothing is indexed, nothing known.</param>
internal sealed class SearchIndex(Indexer? indexer) : IDisposable
{
    /// <summary>Fewer are read sooner than a question is put.</summary>
    public const int LeastMessages = 16;

    /// <summary>A document that nobody asked about costs the index about this part of what it costs to read a message.</summary>
    private const int DocumentsAMessage = 50;

    /// <summary>A hole wider than this is not asked across.</summary>
    private const int WidestHole = 1000;

    /// <summary>Looked at in one read, so that other searches come between.</summary>
    private const int SliceDocuments = 20_000;

    /// <summary>Told by the writer after a commit.</summary>
    public void Committed(WriteScope scope) => indexer?.Committed(scope);

    /// <inheritdoc cref="Indexer.CaughtUpAsync"/>
    public Task CaughtUpAsync() => indexer?.CaughtUpAsync() ?? Task.CompletedTask;

    /// <inheritdoc cref="Indexer.Hold"/>
    public IDisposable? Hold() => indexer?.Hold();

    /// <summary>Throws the file at <paramref name="path"/> away.</summary>
    public void Discard(string path)
    {
        if (indexer?.Database is { } database)
            indexer.Discard(database);
        else
            IndexDatabase.Remove(path);
    }

    public void Dispose() => indexer?.Dispose();

    /// <summary>One array a query, with an answer for each message.</summary>
    public async Task<IReadOnlyList<IndexAnswer[]>> AskAsync(IReadOnlyList<RenditionId> messages, IReadOnlyList<TextQuery> queries, CancellationToken cancellationToken)
    {
        IndexAnswer[][] answers = [.. queries.Select(_ => new IndexAnswer[messages.Count])];
        if (messages.Count < LeastMessages || indexer?.Database is not { } database)
            return answers;
        try
        {
            Document[] documents = await LocateAsync(database, messages, cancellationToken).ConfigureAwait(false);
            if (messages.Count - documents.Length >= LeastMessages)
                indexer.Want(Missing(messages, documents));
            foreach (ReadOnlyMemory<Document> slice in Slices(documents))
            {
                for (int i = 0; i < queries.Count; i++)
                    await AskAsync(database, queries[i], slice, answers[i], cancellationToken).ConfigureAwait(false);
            }
        }
        catch (StoreFaultException fault)
        {
            indexer.Failed(database, fault);
        }
        catch (InvalidOperationException)
        {
            // it has been closed meanwhile, to be made anew
        }
        return answers;
    }

    private static async Task<Document[]> LocateAsync(IndexDatabase database, IReadOnlyList<RenditionId> messages, CancellationToken cancellationToken)
    {
        var documents = new List<Document>(messages.Count);
        for (int first = 0; first < messages.Count; first += SliceDocuments)
        {
            int from = first, count = Math.Min(SliceDocuments, messages.Count - first);
            documents.AddRange(await database.Readers.RunAsync(reader => IndexReads.Locate(reader, messages, from, count), cancellationToken).ConfigureAwait(false));
        }
        return [.. documents.OrderBy(static document => document.Number)];
    }

    private static IEnumerable<long> Missing(IReadOnlyList<RenditionId> messages, Document[] documents)
    {
        HashSet<int> located = [.. documents.Select(static document => document.Message)];
        return Enumerable.Range(0, messages.Count).Where(index => !located.Contains(index)).Select(index => messages[index].Value);
    }

    /// <summary>Runs of documents that are worth a question: close together and not too few for the numbers between them.</summary>
    private static IEnumerable<ReadOnlyMemory<Document>> Slices(Document[] documents)
    {
        for (int start = 0, end; start < documents.Length; start = end)
        {
            end = start + 1;
            while (end < documents.Length && documents[end].Number - documents[end - 1].Number <= WidestHole && documents[end].Number - documents[start].Number < SliceDocuments)
                end++;
            long numbers = documents[end - 1].Number - documents[start].Number + 1;
            if (end - start >= LeastMessages && numbers <= (long)(end - start) * DocumentsAMessage)
                yield return documents.AsMemory(start, end - start);
        }
    }

    private static async Task AskAsync(IndexDatabase database, TextQuery query, ReadOnlyMemory<Document> documents, IndexAnswer[] answers, CancellationToken cancellationToken)
    {
        if (IndexQuestion.Of(query) is not { } question)
            return;
        bool[] found = await database.Readers.RunAsync(reader => IndexReads.Ask(reader, question, documents.Span), cancellationToken).ConfigureAwait(false);
        for (int i = 0; i < found.Length; i++)
        {
            Document document = documents.Span[i];
            if (found[i] && question.IsProof)
                answers[document.Message] = IndexAnswer.Yes;
            else if (!found[i] && (document.Gaps & question.Gaps) == 0)
                answers[document.Message] = IndexAnswer.No;
        }
    }
}
