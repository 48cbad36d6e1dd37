namespace DirMail.Ldap.Client;

/// <summary>Many operations or one bind: a bind waits until the others are done, and those that come meanwhile wait for it (RFC 4511 4.2.1).</summary>
internal sealed class OperationGate
{
    private readonly Lock _lock = new();
    private int _inside;
    private TaskCompletionSource? _reopened;
    private TaskCompletionSource? _emptied;

    public async Task EnterAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task reopened;
            lock (_lock)
            {
                if (_reopened is null)
                {
                    _inside++;
                    return;
                }
                reopened = _reopened.Task;
            }
            await reopened.WaitAsync(cancellationToken);
        }
    }

    public void Leave()
    {
        lock (_lock)
            if (--_inside == 0)
                _emptied?.TrySetResult();
    }

    /// <summary>Afterwards the caller is alone until <see cref="Reopen"/>.</summary>
    public async Task CloseAsync(CancellationToken cancellationToken)
    {
        Task emptied;
        while (true)
        {
            Task reopened;
            lock (_lock)
            {
                if (_reopened is null)
                {
                    _reopened = new(TaskCreationOptions.RunContinuationsAsynchronously);
                    _emptied = new(TaskCreationOptions.RunContinuationsAsynchronously);
                    if (_inside == 0)
                        _emptied.SetResult();
                    emptied = _emptied.Task;
                    break;
                }
                reopened = _reopened.Task;
            }
            await reopened.WaitAsync(cancellationToken);
        }
        try
        {
            await emptied.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            Reopen();
            throw;
        }
    }

    public void Reopen()
    {
        TaskCompletionSource? reopened;
        lock (_lock)
        {
            reopened = _reopened;
            _reopened = _emptied = null;
        }
        reopened?.SetResult();
    }
}
