using DirMail.Ldap.Client;

namespace DirMail.Routing.Following;

/// <summary>
/// Content synchronisations on one connection, one a root, read as one: whichever says something. All are read all the time, for one that is left alone would make the whole connection wait.
/// </summary>
internal sealed class SyncStreams : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop;
    private readonly IAsyncEnumerator<LdapSearchItem>[] _streams;
    private readonly Task<bool>?[] _moves;

    public SyncStreams(LdapClient client, IEnumerable<LdapSearch> searches, CancellationToken cancellationToken)
    {
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _streams = [.. searches.Select(search => client.SearchAsync(search, _stop.Token).GetAsyncEnumerator(_stop.Token))];
        _moves = new Task<bool>?[_streams.Length];
    }

    /// <summary>Number of the root that <see cref="Current"/> is about.</summary>
    public int Root { get; private set; }

    public LdapSearchItem Current => _streams[Root].Current;

    /// <summary>Each in its turn, as far as it has something. False when one of them ended.</summary>
    public async ValueTask<bool> MoveNextAsync()
    {
        for (int i = 0; i < _streams.Length; i++)
            _moves[i] ??= _streams[i].MoveNextAsync().AsTask();
        if (!_moves.Any(static move => move!.IsCompleted))
            await Task.WhenAny(_moves!);
        do
            Root = (Root + 1) % _streams.Length;
        while (!_moves[Root]!.IsCompleted);
        Task<bool> moved = _moves[Root]!;
        _moves[Root] = null;
        return await moved;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        foreach (Task<bool>? move in _moves)
            await ((Task?)move ?? Task.CompletedTask).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (IAsyncEnumerator<LdapSearchItem> stream in _streams)
            await stream.DisposeAsync();
        _stop.Dispose();
    }
}
