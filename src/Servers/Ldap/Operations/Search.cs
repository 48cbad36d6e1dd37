using System.Runtime.CompilerServices;
using DirMail.Ldap;
using DirMail.Ldap.Client;
using DirMail.Ldap.Codec;

namespace DirMail.Servers.Ldap.Operations;

/// <summary>Search (RFC 4511 4.5), plain, in pages (RFC 2696) or as content synchronisation (RFC 4533).</summary>
internal static class Search
{
    public static async Task<LdapOperation?> RunAsync(LdapListenerSession session, LdapMessage message, CancellationToken cancellationToken)
    {
        var request = (LdapOperation.SearchRequest)message.Operation;
        LdapControl? sync = message.Control(SyncControls.RequestOid);
        LdapControl? paged = message.Control(PagedResults.Oid);
        SyncRequest? wanted = sync is null ? null : SyncControls.ReadRequest(sync);
        PagedResults? page = paged is null ? null : PagedResults.Read(paged);
        IReadOnlyList<LdapFilter>? values = message.Control(MatchedValues.Oid) is { } matched ? MatchedValues.Read(matched) : [];
        if (values is null || (sync is not null && wanted is null) || (paged is not null && page is null))
            return Refuse(LdapResultCode.ProtocolError, "a malformed control value");
        if (wanted is not null && page is not null)
            return Refuse(LdapResultCode.UnwillingToPerform, "synchronisation does not go in pages");
        if (!Dn.TryParse(request.Base, out Dn? name))
            return new LdapOperation.SearchResultDone(Responses.BadName(request.Base));
        if (!Enum.IsDefined(request.Scope) || !Enum.IsDefined(request.Dereference) || request.SizeLimit < 0 || request.TimeLimit < 0)
            return Refuse(LdapResultCode.ProtocolError, "unknown scope or dereferencing, or a negative limit");
        if (RequestedControls.AssertionFailure(session, message, name!) is { } failed)
            return new LdapOperation.SearchResultDone(failed);
        var search = new LdapSearch(name!, request.Scope, request.Filter) { Attributes = request.Attributes, SizeLimit = request.SizeLimit, Sync = wanted, MatchedValues = values };
        if (page is not null)
            return await PagedSearch.RunAsync(session, message, new PagedSearch.Request(search, page), cancellationToken);
        return await AllAsync(session, message, search with { SizeLimit = Limit(session, search) }, cancellationToken);
    }

    /// <summary>What the client asked and what the server gives, whichever is less; 0: no limit. The mail server must see everything.</summary>
    public static int Limit(LdapListenerSession session, LdapSearch search)
    {
        bool isMailServer = session.Requester.Name?.Normal.StartsWith("uid=dirmail,ou=services,", StringComparison.Ordinal) == true;
        if (isMailServer || search.Sync is not null || session.Settings.MaxEntries == 0)
            return search.SizeLimit;
        return search.SizeLimit == 0 ? session.Settings.MaxEntries : Math.Min(search.SizeLimit, session.Settings.MaxEntries);
    }

    public static LdapMessage Message(int id, LdapSearchItem.Found found, bool typesOnly)
    {
        IReadOnlyList<LdapAttribute> attributes = typesOnly ? [.. found.Entry.Attributes.Select(a => a with { Values = [] })] : found.Entry.Attributes;
        LdapControl[] controls = found.State is { } state ? [SyncControls.State(new SyncStateValue(state, found.EntryUuid, found.Cookie))] : [];
        return new LdapMessage(id, new LdapOperation.SearchResultEntry(found.Entry.Dn.Text, attributes), controls);
    }

    private static async Task<LdapOperation?> AllAsync(LdapListenerSession session, LdapMessage message, LdapSearch search, CancellationToken cancellationToken)
    {
        var request = (LdapOperation.SearchRequest)message.Operation;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (request.TimeLimit > 0 && search.Sync is null)
            limit.CancelAfter(TimeSpan.FromSeconds(request.TimeLimit));
        try
        {
            await foreach (LdapSearchItem item in FlushingWhenIdleAsync(session, session.Tree.SearchAsync(session.Requester, search, limit.Token), limit.Token))
                await session.Answers.WriteAsync(Message(message.Id, item, request.TypesOnly), isLast: item is LdapSearchItem.Done, limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Refuse(LdapResultCode.TimeLimitExceeded, "");
        }
        return null;
    }

    /// <summary>Hands items on; when the next is not at hand yet, what was written so far is sent first. So a push leaves at once and a refresh in large pieces.</summary>
    private static async IAsyncEnumerable<LdapSearchItem> FlushingWhenIdleAsync(
        LdapListenerSession session, IAsyncEnumerable<LdapSearchItem> items, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using IAsyncEnumerator<LdapSearchItem> each = items.GetAsyncEnumerator(cancellationToken);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            ValueTask<bool> next = each.MoveNextAsync();
            if (!next.IsCompleted)
                await session.Answers.SendAsync(CancellationToken.None);
            if (!await next)
                yield break;
            yield return each.Current;
        }
    }

    private static LdapMessage Message(int id, LdapSearchItem item, bool typesOnly) => item switch
    {
        LdapSearchItem.Found found => Message(id, found, typesOnly),
        LdapSearchItem.Done { Cookie: not null } done => new LdapMessage(id, new LdapOperation.SearchResultDone(done.Result), [SyncControls.Done(new SyncDoneValue(done.Cookie, done.RefreshDeletes))]),
        LdapSearchItem.Done done => new LdapMessage(id, new LdapOperation.SearchResultDone(done.Result)),
        LdapSearchItem.Reference reference => new LdapMessage(id, new LdapOperation.SearchResultReference(reference.Urls)),
        _ => new LdapMessage(id, SyncControls.Info(item)),
    };

    private static LdapOperation.SearchResultDone Refuse(LdapResultCode code, string reason) => new(new LdapResult(code, "", reason));
}
