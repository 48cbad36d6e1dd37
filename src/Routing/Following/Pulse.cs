using DirMail.Ldap;
using DirMail.Ldap.Client;

namespace DirMail.Routing.Following;

/// <summary>
/// Tells a server without news from one that hangs, whose system still acknowledges what we send: while nothing comes, it is asked for its root DSE now and then. Only when it
/// sends neither that nor anything else, the connection is ended.
/// </summary>
/// <param name="limit">Of silence, before it is asked, and again until it answers; shorter than the client's patience with a search.</param>
/// <param name="tellSilent">Called with the reason before the connection ends.</param>
internal sealed class Pulse(LdapClient client, TimeSpan limit, TimeProvider clock, Action<string> tellSilent)
{
    private static readonly LdapSearch Question = new(Dn.Root, LdapScope.Base, LdapFilter.Everything) { Attributes = ["1.1"] };

    /// <summary>Awaits what the server sends next. Fails with the connection.</summary>
    public async ValueTask<bool> NextAsync(ValueTask<bool> next, CancellationToken cancellationToken)
    {
        if (next.IsCompleted)
            return await next;
        Task<bool> awaited = next.AsTask();
        while (await IsSilentAsync(awaited))
            await AskAsync(awaited, cancellationToken);
        return await awaited;
    }

    private async Task<bool> IsSilentAsync(Task awaited)
    {
        await awaited.WaitAsync(limit, clock).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return !awaited.IsCompleted;
    }

    private async Task AskAsync(Task awaited, CancellationToken cancellationToken)
    {
        Task sign = Task.WhenAny(awaited, AnsweredAsync(cancellationToken));
        if (!await IsSilentAsync(sign))
            return;
        string reason = $"{client.Server} hangs: it neither sent anything nor answered for {limit.TotalSeconds:0.#} s";
        tellSilent(reason);
        client.End(reason);
    }

    /// <summary>Whatever is answered, it is alive. When the connection ends, what is awaited says so.</summary>
    private async Task AnsweredAsync(CancellationToken cancellationToken)
    {
        try
        {
            await foreach (LdapSearchItem _ in client.SearchAsync(Question, cancellationToken))
            {
            }
        }
        catch (Exception ended) when (ended is LdapException or OperationCanceledException)
        {
        }
    }
}
