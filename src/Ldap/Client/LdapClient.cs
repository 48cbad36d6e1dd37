using Microsoft.Extensions.Logging;

namespace DirMail.Ldap.Client;

/// <summary>
/// One connection to a directory: asynchronous and pipelined, one reader loop that hands responses to their requests by message id (RFC 4511).
/// Any number of operations may be under way at once; a bind waits for the others first (RFC 4511 4.2.1). When the connection ends, every operation
/// under way fails with <see cref="LdapException"/> and the client is done: callers open a new one.
/// </summary>
public sealed class LdapClient : IAsyncDisposable
{
    public static Task<LdapClient> ConnectAsync(LdapServer server, ILogger logger, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Completes when the connection has ended, with the reason.</summary>
    public Task<string> Ended => throw new NotImplementedException();

    /// <summary>Simple bind. An empty password with a name is refused here (RFC 4513 5.1.2): it would count as anonymous success.</summary>
    public Task<LdapResult> BindAsync(string dn, string password, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Streams what the server sends, entries, references, sync information, and last the result.</summary>
    public IAsyncEnumerable<LdapSearchItem> SearchAsync(LdapSearch search, CancellationToken cancellationToken) => throw new NotImplementedException();

    public Task<LdapResult> AddAsync(Dn dn, IReadOnlyList<LdapAttribute> attributes, CancellationToken cancellationToken) => throw new NotImplementedException();

    public Task<LdapResult> ModifyAsync(Dn dn, IReadOnlyList<LdapChange> changes, CancellationToken cancellationToken) => throw new NotImplementedException();

    public Task<LdapResult> DeleteAsync(Dn dn, CancellationToken cancellationToken) => throw new NotImplementedException();

    public Task<LdapResult> ModifyDnAsync(Dn dn, string newRdn, bool deleteOldRdn, Dn? newSuperior, CancellationToken cancellationToken) => throw new NotImplementedException();

    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
