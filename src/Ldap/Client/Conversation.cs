using System.Diagnostics;
using DirMail.Ldap.Codec;
using Microsoft.Extensions.Logging;

namespace DirMail.Ldap.Client;

/// <summary>Requests and their answers over one stream, which it owns. The reader loop starts with the object and ends it.</summary>
internal sealed class Conversation : IAsyncDisposable
{
    private static readonly TimeSpan GoodbyeTime = TimeSpan.FromSeconds(1);

    private readonly Stream _stream;
    private readonly MessageLink _link;
    private readonly ILogger _logger;
    private readonly LdapServer _server;
    private readonly PendingOperations _pending = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource<string> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _reading;
    private string? _notice;
    private int _disposed;

    public Conversation(Stream stream, LdapServer server, ILogger logger)
    {
        _stream = stream;
        _link = new(stream, server);
        _logger = logger;
        _server = server;
        Metrics.Connections.Add(1);
        _reading = Task.Run(ReadAsync);
    }

    public Task<string> Ended => _ended.Task;

    public OperationGate Gate { get; } = new();

    public References References { get; } = new();

    public ILogger Logger => _logger;

    public LdapServer Server => _server;

    /// <summary>Sends a request that has one answer. The caller is inside the gate. Cancelled: the operation is abandoned, whether it took effect is unknown.</summary>
    /// <exception cref="LdapException">The connection ended, no answer came in time, or it is of another kind.</exception>
    public async Task<T> AskAsync<T>(LdapOperation request, CancellationToken cancellationToken) where T : LdapOperation
    {
        using Activity? trace = Metrics.Traces.StartActivity(Metrics.NameOf(request), ActivityKind.Client);
        var reply = new PendingReply();
        int id = _pending.Add(reply);
        try
        {
            await SendAsync(new(id, request), cancellationToken);
            LdapMessage answer = await reply.Reply.WaitAsync(_server.AnswerTimeout, cancellationToken);
            _pending.Remove(id);
            return answer.Operation as T ?? throw new LdapException($"{_server} answered {request.GetType().Name} with {answer.Operation.GetType().Name}");
        }
        catch (TimeoutException)
        {
            throw new LdapException($"{_server} gave no answer to {request.GetType().Name} within {_server.AnswerTimeout.TotalSeconds:0.#} s");
        }
        finally
        {
            if (_pending.Remove(id))
                Abandon(id);
        }
    }

    /// <summary>Sends a search request; its answers come through <paramref name="search"/>, its id is the result.</summary>
    public async Task<int> BeginAsync(PendingSearch search, LdapOperation.SearchRequest request, IReadOnlyList<LdapControl> controls, CancellationToken cancellationToken)
    {
        int id = _pending.Add(search);
        try
        {
            await SendAsync(new(id, request, controls), cancellationToken);
            return id;
        }
        catch
        {
            _pending.Remove(id);
            throw;
        }
    }

    /// <summary>Ends a search on our side; the server is told when it is not done.</summary>
    public void Finish(int id, PendingSearch search, bool isDone)
    {
        search.Close();
        if (_pending.Remove(id) && !isDone)
            Abandon(id);
    }

    /// <summary>Ends the connection for a reason of ours.</summary>
    public void Break(string reason)
    {
        _pending.End(reason);
        Interlocked.CompareExchange(ref _notice, reason, null);
        _stop.Cancel();
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        if (!_ended.Task.IsCompleted)
            await SendQuietlyAsync(new LdapOperation.UnbindRequest());
        Break("the client was closed");
        await _reading;
    }

    private async Task ReadAsync()
    {
        string reason;
        try
        {
            (reason, _) = await _link.ReadAsync(ReceiveAsync, _stop.Token);
        }
        catch (OperationCanceledException)
        {
            reason = "the client was closed";
        }
        catch (Exception e)
        {
            Log.ReaderFailed(_logger, e, _server.ToString());
            reason = "the reader failed";
        }
        reason = _notice ?? reason;
        _pending.End(reason);
        await _stream.DisposeAsync();
        Metrics.Connections.Add(-1);
        Log.ConnectionEnded(_logger, _server.ToString(), reason);
        _ended.SetResult(reason);
    }

    private async ValueTask<bool> ReceiveAsync(LdapMessage message)
    {
        if (message.Id == 0)
            return HearUnsolicited(message.Operation);
        // No such operation: it was abandoned, and the server had answered already.
        if (_pending.Find(message.Id) is { } pending)
            await pending.DeliverAsync(message);
        return !_stop.IsCancellationRequested;
    }

    /// <summary>RFC 4511 4.4. After a notice of disconnection nothing more comes.</summary>
    private bool HearUnsolicited(LdapOperation operation)
    {
        if (operation is not LdapOperation.ExtendedResponse { Oid: LdapOids.NoticeOfDisconnection, Result: var result })
        {
            Log.Unsolicited(_logger, _server.ToString(), (operation as LdapOperation.ExtendedResponse)?.Oid ?? operation.GetType().Name);
            return true;
        }
        _notice = $"the server ended the connection: {result.Code} {result.Message}".TrimEnd();
        return false;
    }

    private async Task SendAsync(LdapMessage message, CancellationToken cancellationToken)
    {
        try
        {
            await _link.SendAsync(message, cancellationToken);
        }
        catch (LdapException e)
        {
            Break(e.Message);
            throw;
        }
    }

    private void Abandon(int id) => _ = SendQuietlyAsync(new LdapOperation.AbandonRequest(id));

    /// <summary>For what is never answered; a peer that does not read does not hold us.</summary>
    private async Task SendQuietlyAsync(LdapOperation operation)
    {
        try
        {
            int id = _pending.Add(new PendingReply());
            _pending.Remove(id);
            await _link.SendAsync(new(id, operation), _stop.Token).WaitAsync(GoodbyeTime);
        }
        catch (Exception e) when (e is LdapException or OperationCanceledException or TimeoutException)
        {
            Log.GoodbyeNotSent(_logger, _server.ToString(), operation.GetType().Name, e.Message);
        }
    }
}
