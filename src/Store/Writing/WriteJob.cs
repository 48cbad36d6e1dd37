namespace DirMail.Store.Writing;

/// <summary>Something to be written as a whole or not at all. <see cref="Run"/> is called on the writer's thread inside a transaction, the ends after it.</summary>
internal abstract class WriteJob
{
    /// <summary>Asked before each run; false when nobody waits for it any more.</summary>
    public abstract bool Begin();

    /// <summary>May be called again when the group was rolled back for another job's sake.</summary>
    public abstract void Run(WriteScope scope);

    /// <summary>It is on disk.</summary>
    public abstract void Committed();

    /// <summary>Nothing of it was written.</summary>
    public abstract void Failed(Exception fault);
}

/// <summary>A job with a result that its caller awaits. Continuations never run on the writer's thread.</summary>
internal sealed class WriteJob<T>(Func<WriteScope, T> work, CancellationToken cancellationToken) : WriteJob
{
    private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T _result = default!;

    public Task<T> Task => _done.Task;

    public override bool Begin() => !(cancellationToken.IsCancellationRequested && _done.TrySetCanceled(cancellationToken)) && !_done.Task.IsCompleted;

    public override void Run(WriteScope scope) => _result = work(scope);

    public override void Committed() => _done.TrySetResult(_result);

    public override void Failed(Exception fault) => _done.TrySetException(fault);
}
