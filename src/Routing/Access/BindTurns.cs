using System.Diagnostics;
using System.Net;
using DirMail.Mail;

namespace DirMail.Routing.Access;

/// <summary>
/// Whose bind is next when more are wanted than there are connections: the clients in turn, so that one with many tries does not hold up the others. The line is bounded,
/// and while the directory answers nobody there is none: who finds no connection free is told at once.
/// </summary>
internal sealed class BindTurns(int connections)
{
    private const int MaxWaiting = 1000;
    private const int MaxWaitingOfClient = 200;

    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, Queue<TaskCompletionSource<bool>>> _byClient = [];
    private readonly Queue<IPAddress> _ring = new();
    private int _free = connections;
    private int _waiting;
    private long _lastAnswer;
    private bool _isStalled;

    /// <summary>True: the caller binds now, and then calls <see cref="Leave"/>. False: no turn for this one.</summary>
    public async Task<bool> EnterAsync(IPAddress client, TimeSpan patience, CancellationToken cancellationToken)
    {
        TaskCompletionSource<bool>? turn = Ask(client, out bool isFree);
        if (turn is null)
            return isFree;
        try
        {
            return await turn.Task.WaitAsync(patience, cancellationToken);
        }
        catch (Exception tired) when (tired is TimeoutException or OperationCanceledException)
        {
            // the turn may have come at this very moment: then it is the next one's
            if (!turn.TrySetResult(false) && await turn.Task)
                PassOn();
            if (tired is OperationCanceledException)
                throw;
            return false;
        }
    }

    /// <param name="began">Timestamp of the bind's beginning.</param>
    /// <param name="isAnswered">False: the directory was silent or not there.</param>
    public void Leave(long began, bool isAnswered)
    {
        lock (_lock)
        {
            if (isAnswered)
                (_lastAnswer, _isStalled) = (Stopwatch.GetTimestamp(), false);
            else if (_lastAnswer < began)
                SendAway();
        }
        PassOn();
    }

    private TaskCompletionSource<bool>? Ask(IPAddress client, out bool isFree)
    {
        IPAddress from = ClientNetwork.Of(client);
        lock (_lock)
        {
            isFree = _free > 0;
            if (isFree)
            {
                _free--;
                return null;
            }
            Queue<TaskCompletionSource<bool>>? line = _byClient.GetValueOrDefault(from);
            if (_isStalled || _waiting >= MaxWaiting || line is { Count: >= MaxWaitingOfClient })
                return null;
            if (line is null)
            {
                _byClient.Add(from, line = new());
                _ring.Enqueue(from);
            }
            var turn = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            line.Enqueue(turn);
            _waiting++;
            return turn;
        }
    }

    private void PassOn()
    {
        lock (_lock)
        {
            while (_ring.TryDequeue(out IPAddress? client))
            {
                Queue<TaskCompletionSource<bool>> line = _byClient[client];
                TaskCompletionSource<bool> turn = line.Dequeue();
                _waiting--;
                if (line.Count > 0)
                    _ring.Enqueue(client);
                else
                    _byClient.Remove(client);
                if (turn.TrySetResult(true))
                    return;
            }
            _free++;
        }
    }

    private void SendAway()
    {
        _isStalled = true;
        foreach (TaskCompletionSource<bool> turn in _byClient.Values.SelectMany(static line => line))
            turn.TrySetResult(false);
        _byClient.Clear();
        _ring.Clear();
        _waiting = 0;
    }
}
