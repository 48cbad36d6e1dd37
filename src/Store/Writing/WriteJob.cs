namespace DirMail.Store.Writing;

/// <summary>Something to be written as a whole or not at all. <see cref="Run"/> is called on the writer's thread inside a transaction, the ends after it.</summary>
internal abstract class WriteJob
{
    /// <summary>Asked before each run; false when nobody waits for it any more.</summary>
    public abstract bool Begin();

    /// <summary>May be called again when the group was rolled back for another job's sake.</summary>
    public abstract void Run(WriteScope scope);

    /// <summary>It is on disk. Runs what waited for that: not to be called on the writer's thread.</summary>
    public abstract void Committed();

    /// <summary>Nothing of it was written.</summary>
    public abstract void Failed(Exception fault);
}

/// <summary>A job with a result that its caller awaits. Who awaits it goes on on the thread that tells him of the commit; every other end comes from the writer's thread and is told from another.</summary>
internal sealed class WriteJob<T>(Func<WriteScope, T> work, CancellationToken cancellationToken) : WriteJob
{
    private readonly TaskCompletionSource<T> _done = new();
    private T _result = default!;
    private bool _isCancelled;

    public Task<T> Task => _done.Task;

    public override bool Begin()
    {
        if (!_isCancelled && cancellationToken.IsCancellationRequested)
        {
            _isCancelled = true;
            ThreadPool.UnsafeQueueUserWorkItem(static job => job.Cancel(), this, preferLocal: false);
        }
        return !_isCancelled;
    }

    public override void Run(WriteScope scope) => _result = work(scope);

    public override void Committed() => _done.TrySetResult(_result);

    public override void Failed(Exception fault) => ThreadPool.UnsafeQueueUserWorkItem(static end => end.Done.TrySetException(end.Fault), (Done: _done, Fault: fault), preferLocal: false);

    private void Cancel() => _done.TrySetCanceled(cancellationToken);
}
