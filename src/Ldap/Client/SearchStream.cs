using System.Runtime.CompilerServices;
using DirMail.Ldap.Codec;

namespace DirMail.Ldap.Client;

/// <summary>One search: its pages, and the answers as items. The entries' decoding into items is done where they are consumed, not in the reader loop.</summary>
internal sealed class SearchStream(Conversation conversation, LdapSearch search)
{
    /// <summary>A refresh may begin with long work of the server, and to give it up is to begin it again.</summary>
    private const int SyncPatience = 10;

    private static readonly byte[] LastPage = [];
    private bool _mayBeSilent;
    private bool _toldReference;

    public async IAsyncEnumerable<LdapSearchItem> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await conversation.Gate.EnterAsync(cancellationToken);
        using var measured = new MeasuredOperation(search.Sync is null ? "search" : "sync", conversation);
        try
        {
            byte[]? nextPage = [];
            for (bool first = true; first || nextPage.Length > 0; first = false)
            {
                byte[] page = nextPage;
                nextPage = LastPage;
                await foreach (LdapMessage answer in AnswersAsync(page, cancellationToken))
                {
                    if (answer.Operation is LdapOperation.SearchResultDone { Result: var result })
                    {
                        nextPage = NextPage(answer, result);
                        measured.Ended(result);
                        if (nextPage.Length > 0)
                            continue;
                    }
                    if (ItemOf(answer) is { } item)
                        yield return item;
                }
            }
        }
        finally
        {
            conversation.Gate.Leave();
        }
    }

    /// <summary>The answers of one page, up to and with its result.</summary>
    private async IAsyncEnumerable<LdapMessage> AnswersAsync(byte[] page, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var pending = new PendingSearch();
        int id = await conversation.BeginAsync(pending, Request(), Controls(page), cancellationToken);
        bool isDone = false;
        try
        {
            while (!isDone && await HasMoreAsync(pending, cancellationToken))
                while (!isDone && pending.Answers.TryRead(out LdapMessage? answer))
                {
                    isDone = answer.Operation is LdapOperation.SearchResultDone;
                    yield return answer;
                }
        }
        finally
        {
            conversation.Finish(id, pending, isDone);
        }
    }

    private async ValueTask<bool> HasMoreAsync(PendingSearch pending, CancellationToken cancellationToken)
    {
        ValueTask<bool> next = pending.Answers.WaitToReadAsync(cancellationToken);
        if (next.IsCompleted || _mayBeSilent)
            return await next;
        TimeSpan patience = conversation.Server.AnswerTimeout * (search.Sync is null ? 1 : SyncPatience);
        try
        {
            return await next.AsTask().WaitAsync(patience, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw new LdapException($"{conversation.Server} sent nothing more of a search for {patience.TotalSeconds:0.#} s");
        }
    }

    private LdapOperation.SearchRequest Request() => new(search.Base.Text, search.Scope, search.Filter, search.Attributes) { SizeLimit = search.SizeLimit };

    private List<LdapControl> Controls(byte[] page)
    {
        var controls = new List<LdapControl>(search.Controls);
        if (search.Sync is not null)
            controls.Add(SyncControls.Request(search.Sync));
        if (search.PageSize > 0)
            controls.Add(new PagedResults(search.PageSize, page).ToControl());
        return controls;
    }

    private byte[] NextPage(LdapMessage done, LdapResult result) =>
        search.PageSize > 0 && result.IsSuccess && done.Control(PagedResults.Oid) is { } control ? (PagedResults.Read(control) ?? throw Malformed("page")).Cookie : LastPage;

    /// <summary>Null for what has no meaning for the caller: intermediate responses of other kinds, and entries whose name is none (logged).</summary>
    private LdapSearchItem? ItemOf(LdapMessage message)
    {
        switch (message.Operation)
        {
            case LdapOperation.SearchResultEntry entry:
                return Found(entry, message.Control(SyncControls.StateOid));
            case LdapOperation.SearchResultReference reference:
                TellReference(reference.Urls);
                return new LdapSearchItem.Reference(reference.Urls);
            case LdapOperation.IntermediateResponse info:
                LdapSearchItem? news = SyncControls.ReadInfo(info) ?? (info.Oid == SyncControls.InfoOid ? throw Malformed("sync info") : null);
                _mayBeSilent |= search.Sync is { Persist: true } && news is LdapSearchItem.RefreshPhase { RefreshDone: true };
                return news;
            case LdapOperation.SearchResultDone done:
                SyncDoneValue? value = message.Control(SyncControls.DoneOid) is { } control ? SyncControls.ReadDone(control) ?? throw Malformed("sync done") : null;
                return new LdapSearchItem.Done(done.Result, value?.Cookie, value?.RefreshDeletes ?? false);
            default:
                throw Malformed(message.Operation.GetType().Name);
        }
    }

    /// <summary>Never followed, so never silent; a directory with thousands of them is told once a search.</summary>
    private void TellReference(IReadOnlyList<string> urls)
    {
        conversation.References.Add(urls);
        if (!_toldReference)
            Log.Reference(conversation.Logger, conversation.Server.ToString(), search.Base.Text, string.Join(' ', urls));
        _toldReference = true;
    }

    private LdapSearchItem.Found? Found(LdapOperation.SearchResultEntry entry, LdapControl? control)
    {
        Metrics.Entries.Add(1);
        if (!Dn.TryParse(entry.Dn, out Dn? dn))
        {
            Log.NameUnreadable(conversation.Logger, entry.Dn);
            return null;
        }
        SyncStateValue? state = control is null ? null : SyncControls.ReadState(control) ?? throw Malformed("sync state");
        return new(new(dn!, entry.Attributes), state?.State, state?.EntryUuid ?? Guid.Empty, state?.Cookie);
    }

    /// <summary>A synchronisation that misses a part is worse than none: the caller must begin again.</summary>
    private static LdapException Malformed(string what) => new($"the server answered the search with a malformed or unexpected {what}");
}
