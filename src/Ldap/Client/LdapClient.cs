using System.Text;
using DirMail.Ldap.Codec;
using Microsoft.Extensions.Logging;

namespace DirMail.Ldap.Client;

/// <summary>
/// One connection to a directory: asynchronous and pipelined, one reader loop that hands responses to their requests by message id (RFC 4511).
/// Any number of operations may be under way at once; a bind waits for the others first (RFC 4511 4.2.1), so a connection with a persistent search
/// never gets to bind again. When the connection ends, every operation under way fails with <see cref="LdapException"/> and the client is done:
/// callers open a new one.
/// Every operation ends: a server that accepts and never answers is left after its answer time, and TCP keep-alive finds one that vanished.
/// A search that is not consumed fast enough makes the whole connection wait (1,024 answers are kept): who asks something else in the middle of a
/// long search's loop, and waits for it there, uses a second client.
/// </summary>
public sealed class LdapClient : IAsyncDisposable
{
    private readonly Conversation _conversation;

    private LdapClient(Conversation conversation) => _conversation = conversation;

    /// <exception cref="LdapException">No connection, no TLS, or a certificate that is not the host's.</exception>
    public static async Task<LdapClient> ConnectAsync(LdapServer server, ILogger logger, CancellationToken cancellationToken)
    {
        Stream stream = await Transport.OpenAsync(server, cancellationToken);
        Log.Connected(logger, server.ToString(), server.Tls);
        return new(new(stream, server, logger));
    }

    public LdapServer Server => _conversation.Server;

    /// <summary>Where its searches were referred to until now (RFC 4511 4.5.3), without repetition: parts of the tree that were not seen. At most a hundred.</summary>
    public IReadOnlyList<string> References => _conversation.References.All;

    /// <summary>Completes when the connection has ended, with the reason.</summary>
    public Task<string> Ended => _conversation.Ended;

    /// <summary>
    /// Simple bind. An empty password with a name is refused here (RFC 4513 5.1.2): it would count as anonymous success. When it is cancelled or
    /// not answered in time the connection ends, for whose it then is cannot be known.
    /// </summary>
    public async Task<LdapResult> BindAsync(string dn, string password, CancellationToken cancellationToken)
    {
        if (dn.Length > 0 && password.Length == 0)
            return new(LdapResultCode.InvalidCredentials, "", "a name without a password");
        await _conversation.Gate.CloseAsync(cancellationToken);
        using var measured = new MeasuredOperation("bind", _conversation);
        try
        {
            var request = new LdapOperation.BindRequest(3, dn, new LdapCredentials.Simple(Encoding.UTF8.GetBytes(password)));
            return measured.Ended((await _conversation.AskAsync<LdapOperation.BindResponse>(request, cancellationToken)).Result);
        }
        catch (Exception e) when (e is OperationCanceledException or LdapException)
        {
            _conversation.Break("a bind was cancelled or not answered");
            throw;
        }
        finally
        {
            _conversation.Gate.Reopen();
        }
    }

    /// <summary>Streams what the server sends, entries, references, sync information, and last the result. Leaving the loop early abandons the search.</summary>
    public IAsyncEnumerable<LdapSearchItem> SearchAsync(LdapSearch search, CancellationToken cancellationToken) =>
        new SearchStream(_conversation, search).RunAsync(cancellationToken);

    public async Task<LdapResult> AddAsync(Dn dn, IReadOnlyList<LdapAttribute> attributes, CancellationToken cancellationToken) =>
        (await AskAsync<LdapOperation.AddResponse>("add", new LdapOperation.AddRequest(dn.Text, attributes), r => r.Result, cancellationToken)).Result;

    public async Task<LdapResult> ModifyAsync(Dn dn, IReadOnlyList<LdapChange> changes, CancellationToken cancellationToken) =>
        (await AskAsync<LdapOperation.ModifyResponse>("modify", new LdapOperation.ModifyRequest(dn.Text, changes), r => r.Result, cancellationToken)).Result;

    public async Task<LdapResult> DeleteAsync(Dn dn, CancellationToken cancellationToken) =>
        (await AskAsync<LdapOperation.DeleteResponse>("delete", new LdapOperation.DeleteRequest(dn.Text), r => r.Result, cancellationToken)).Result;

    public async Task<LdapResult> ModifyDnAsync(Dn dn, string newRdn, bool deleteOldRdn, Dn? newSuperior, CancellationToken cancellationToken) =>
        (await AskAsync<LdapOperation.ModifyDnResponse>("modifydn", new LdapOperation.ModifyDnRequest(dn.Text, newRdn, deleteOldRdn, newSuperior?.Text), r => r.Result, cancellationToken)).Result;

    /// <summary>The result's code is CompareTrue or CompareFalse, or a failure.</summary>
    public async Task<LdapResult> CompareAsync(Dn dn, string attribute, byte[] value, CancellationToken cancellationToken) =>
        (await AskAsync<LdapOperation.CompareResponse>("compare", new LdapOperation.CompareRequest(dn.Text, attribute, value), r => r.Result, cancellationToken)).Result;

    /// <summary>Any extended operation but StartTLS, which belongs to connecting.</summary>
    public Task<LdapOperation.ExtendedResponse> ExtendedAsync(LdapOperation.ExtendedRequest request, CancellationToken cancellationToken) =>
        AskAsync<LdapOperation.ExtendedResponse>("extended", request, r => r.Result, cancellationToken);

    /// <summary>Who the server takes us for (RFC 4532), as "dn:..." or "u:..."; "" for anonymous, null when it does not say.</summary>
    public async Task<string?> WhoAmIAsync(CancellationToken cancellationToken)
    {
        LdapOperation.ExtendedResponse answer = await ExtendedAsync(new(LdapOids.WhoAmI), cancellationToken);
        return answer.Result.IsSuccess ? Encoding.UTF8.GetString(answer.Value ?? []) : null;
    }

    /// <summary>Changes a password (RFC 3062); with no new one given, the second part is the one that the server made.</summary>
    public async Task<(LdapResult Result, byte[]? Made)> ChangePasswordAsync(PasswordModify change, CancellationToken cancellationToken)
    {
        LdapOperation.ExtendedResponse answer = await ExtendedAsync(change.ToRequest(), cancellationToken);
        return (answer.Result, PasswordModify.ReadMade(answer));
    }

    /// <summary>Ends the connection because the server is not what it should be: operations under way fail with the reason. It is disposed all the same.</summary>
    public void End(string reason) => _conversation.Break(reason);

    /// <summary>Says goodbye and closes. Operations under way fail.</summary>
    public ValueTask DisposeAsync() => _conversation.DisposeAsync();

    private async Task<T> AskAsync<T>(string name, LdapOperation request, Func<T, LdapResult> resultOf, CancellationToken cancellationToken) where T : LdapOperation
    {
        await _conversation.Gate.EnterAsync(cancellationToken);
        using var measured = new MeasuredOperation(name, _conversation);
        try
        {
            T answer = await _conversation.AskAsync<T>(request, cancellationToken);
            measured.Ended(resultOf(answer));
            return answer;
        }
        finally
        {
            _conversation.Gate.Leave();
        }
    }
}
