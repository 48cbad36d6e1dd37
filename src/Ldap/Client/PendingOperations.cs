using System.Threading.Channels;
using DirMail.Ldap.Codec;

namespace DirMail.Ldap.Client;

/// <summary>An operation that was sent and has not been answered to its end.</summary>
internal abstract class Pending
{
    public abstract ValueTask DeliverAsync(LdapMessage message);

    public abstract void Fail(string reason);
}

/// <summary>One answer is expected; intermediate responses (RFC 4511 4.13) may come before it, and none that we know of means anything to an operation of ours.</summary>
internal sealed class PendingReply : Pending
{
    private readonly TaskCompletionSource<LdapMessage> _reply = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<LdapMessage> Reply => _reply.Task;

    public override ValueTask DeliverAsync(LdapMessage message)
    {
        if (message.Operation is not LdapOperation.IntermediateResponse)
            _reply.TrySetResult(message);
        return ValueTask.CompletedTask;
    }

    public override void Fail(string reason) => _reply.TrySetException(new LdapException(reason));
}

/// <summary>Answers until a search result done. A full queue makes the connection's reader wait; once closed, what still comes is dropped.</summary>
internal sealed class PendingSearch : Pending
{
    private const int MaxWaiting = 1024;

    private readonly Channel<LdapMessage> _waiting = Channel.CreateBounded<LdapMessage>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true, SingleWriter = true });

    public ChannelReader<LdapMessage> Answers => _waiting.Reader;

    public override async ValueTask DeliverAsync(LdapMessage message)
    {
        if (_waiting.Writer.TryWrite(message))
            return;
        try
        {
            await _waiting.Writer.WriteAsync(message);
        }
        catch (ChannelClosedException)
        {
        }
    }

    public override void Fail(string reason) => _waiting.Writer.TryComplete(new LdapException(reason));

    public void Close() => _waiting.Writer.TryComplete();
}

/// <summary>What is under way on one connection, by message id.</summary>
internal sealed class PendingOperations
{
    private readonly Lock _lock = new();
    private readonly Dictionary<int, Pending> _byId = [];
    private int _lastId;
    private string? _endedBy;

    /// <summary>A free message id for the operation.</summary>
    /// <exception cref="LdapException">The connection has ended.</exception>
    public int Add(Pending operation)
    {
        lock (_lock)
        {
            if (_endedBy is not null)
                throw new LdapException(_endedBy);
            do
                _lastId = _lastId == int.MaxValue ? 1 : _lastId + 1;
            while (!_byId.TryAdd(_lastId, operation));
            return _lastId;
        }
    }

    public Pending? Find(int id)
    {
        lock (_lock)
            return _byId.GetValueOrDefault(id);
    }

    /// <summary>False when the connection has ended meanwhile, so that there is nothing to abandon.</summary>
    public bool Remove(int id)
    {
        lock (_lock)
            return _byId.Remove(id) && _endedBy is null;
    }

    /// <summary>Fails everything under way and all that comes; the first reason stands.</summary>
    public void End(string reason)
    {
        Pending[] failed;
        lock (_lock)
        {
            _endedBy ??= reason;
            failed = [.. _byId.Values];
            _byId.Clear();
        }
        foreach (Pending operation in failed)
            operation.Fail(reason);
    }
}
