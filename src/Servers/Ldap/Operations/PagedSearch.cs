using DirMail.Ldap;
using DirMail.Ldap.Client;
using DirMail.Ldap.Codec;

namespace DirMail.Servers.Ldap.Operations;

/// <summary>One page of a search (RFC 2696).</summary>
internal static class PagedSearch
{
    public sealed record Request(LdapSearch Search, PagedResults Page);

    public static async Task<LdapOperation?> RunAsync(LdapListenerSession session, LdapMessage message, Request request, CancellationToken cancellationToken)
    {
        bool isFirst = request.Page.Cookie.Length == 0;
        IEnumerator<LdapSearchItem>? search = isFirst ? session.Tree.Search(session.Requester, request.Search).GetEnumerator() : session.Pages.Take(request.Page.Cookie);
        if (search is null)
            return new LdapOperation.SearchResultDone(new LdapResult(LdapResultCode.UnwillingToPerform, "", "the paged search is no longer known"));
        bool typesOnly = ((LdapOperation.SearchRequest)message.Operation).TypesOnly;
        int limit = request.Page.Size == 0 ? 0 : Search.Limit(session, request.Search with { SizeLimit = request.Page.Size });
        for (int count = 0; count < limit; count++)
        {
            if (!search.MoveNext() || search.Current is not LdapSearchItem.Found found)
                return await FinishAsync(session, message, search.Current as LdapSearchItem.Done, cancellationToken);
            await session.Answers.WriteAsync(Search.Message(message.Id, found, typesOnly), isLast: false, cancellationToken);
        }
        // A page size of 0 with a cookie gives the search up (RFC 2696 3).
        byte[] cookie = limit == 0 && !isFirst ? [] : session.Pages.Keep(search);
        await WriteAsync(session, message, LdapResult.Success, cookie);
        return null;
    }

    private static async Task<LdapOperation?> FinishAsync(LdapListenerSession session, LdapMessage message, LdapSearchItem.Done? done, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await WriteAsync(session, message, done?.Result ?? LdapResult.Success, []);
        return null;
    }

    private static Task WriteAsync(LdapListenerSession session, LdapMessage message, LdapResult result, byte[] cookie) => session.Answers.WriteAsync(
        new LdapMessage(message.Id, new LdapOperation.SearchResultDone(result), [new PagedResults(0, cookie).ToControl()]), isLast: true, CancellationToken.None);
}
