using DirMail.Ldap.Codec;
using DirMail.Wire;

namespace DirMail.Servers.Ldap;

/// <summary>The one way out of a connection for operations that run beside each other: whole messages, one at a time. A peer that is slow to read makes its writers wait.</summary>
internal sealed class AnswerWriter(Connection connection)
{
    private const int FlushOctets = 32 * 1024;

    private readonly SemaphoreSlim _turn = new(1, 1);
    private int _unsent;

    /// <summary>Told of each operation, by its message id, before its last answer leaves.</summary>
    public Action<int>? Ending { private get; set; }

    /// <summary>Writes and sends.</summary>
    public Task WriteAsync(int id, LdapOperation answer, CancellationToken cancellationToken) => WriteAsync(new LdapMessage(id, answer), isLast: true, cancellationToken);

    /// <summary>Writes; sends when enough has gathered or <paramref name="isLast"/>: nothing more is at hand.</summary>
    public async Task WriteAsync(LdapMessage message, bool isLast, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (message.Operation is not (LdapOperation.SearchResultEntry or LdapOperation.SearchResultReference or LdapOperation.IntermediateResponse))
                Ending?.Invoke(message.Id);
            _unsent += LdapCodec.Write(message, connection.Output);
            if (isLast || _unsent >= FlushOctets)
                await FlushAsync();
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Sends what has gathered.</summary>
    public async Task SendAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            await FlushAsync();
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Never cancelled by one operation: a half-sent message would be the end of all of them. The connection itself bounds the wait.</summary>
    private ValueTask FlushAsync()
    {
        _unsent = 0;
        return connection.FlushAsync(CancellationToken.None);
    }
}
