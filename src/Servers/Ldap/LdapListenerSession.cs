using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics;
using DirMail.Ldap;
using DirMail.Ldap.Codec;
using DirMail.Ldap.Tree;
using DirMail.Ldap.Tree.Access;
using DirMail.Wire;
using Microsoft.Extensions.Logging;

namespace DirMail.Servers.Ldap;

/// <summary>
/// One LDAP connection: one loop reads messages and starts operations, any number of which may be under way; answers leave through one
/// <see cref="AnswerWriter"/>. Octets that are no LDAP end the connection with a notice of disconnection (RFC 4511 4.4.1), never more than that.
/// </summary>
internal sealed class LdapListenerSession(Connection connection, DirectoryTree tree, LdapListenerSettings settings, LdapOperations operations, ILogger logger)
{
    private readonly ConcurrentDictionary<int, UnderWay> _underWay = new();

    /// <summary>Of those under way, the ones whose answer is not on its way: who has an answer may ask again at once.</summary>
    private int _working;

    /// <summary>When the first octets of a message came that is not whole yet.</summary>
    private long? _begun;

    public DirectoryTree Tree => tree;
    public LdapListenerSettings Settings => settings;
    public Connection Connection => connection;
    public AnswerWriter Answers { get; } = new(connection);
    public PagedSearches Pages { get; } = new();

    /// <summary>Set by a bind, which runs alone.</summary>
    public Requester Requester { get; set; } = Requester.Anonymous;

    /// <summary>Ends another operation of this connection, which answers that it was (RFC 3909 2).</summary>
    public LdapResultCode Cancel(int id)
    {
        if (!_underWay.TryGetValue(id, out UnderWay? operation))
            return LdapResultCode.NoSuchOperation;
        operation.IsCancelled = true;
        operation.Abandon();
        return LdapResultCode.Success;
    }

    public async Task RunAsync(CancellationToken stopping)
    {
        Answers.Ending = Leave;
        try
        {
            while (await ReadAsync(stopping))
            {
            }
        }
        finally
        {
            await EndAllAsync();
        }
    }

    private bool IsKnown => Requester.Name is not null;

    /// <summary>A message that has begun must become whole in its time, however often an octet of it comes.</summary>
    private TimeSpan Patience()
    {
        if (_begun is not { } begun)
            return IsKnown ? Timeout.InfiniteTimeSpan : settings.IdleBeforeBind;
        TimeSpan left = settings.IdleBeforeBind - Stopwatch.GetElapsedTime(begun);
        return left > TimeSpan.FromMilliseconds(1) ? left : TimeSpan.FromMilliseconds(1);
    }

    /// <summary>Reads once and starts what is whole; false when the connection is to end.</summary>
    private async Task<bool> ReadAsync(CancellationToken stopping)
    {
        Chunk chunk = await connection.ReadAsync(Patience(), stopping);
        if (chunk.Status == LineStatus.TimedOut && !_underWay.IsEmpty && _begun is null)
            return true;
        if (chunk.Status == LineStatus.TimedOut)
            await DisconnectAsync(LdapResultCode.Unavailable, "idle for too long", stopping);
        if (chunk.Status != LineStatus.Ok)
            return false;
        ReadOnlySequence<byte> octets = chunk.Octets;
        while (true)
        {
            LdapReadStatus status = LdapCodec.Read(ref octets, IsKnown ? settings.MaxOctets : settings.MaxOctetsBeforeBind, out LdapMessage? message, out string? error);
            if (status == LdapReadStatus.Malformed)
            {
                LdapLog.Garbage(logger, connection.Remote.Address, error!);
                await DisconnectAsync(LdapResultCode.ProtocolError, error!, stopping);
                return false;
            }
            if (status == LdapReadStatus.Incomplete)
            {
                connection.Input.AdvanceTo(octets.Start, octets.End);
                _begun = octets.IsEmpty ? null : _begun ?? Stopwatch.GetTimestamp();
                return !chunk.IsLast;
            }
            _begun = null;
            if (message!.Operation is LdapOperation.UnbindRequest)
                return false;
            if (operations.Find(message.Operation) is { Runs: Runs.Alone } alone)
            {
                // What follows in the buffer is looked at anew: after StartTLS it is dropped.
                connection.Input.AdvanceTo(octets.Start);
                await EndAllAsync();
                await AnswerAsync(alone, message, stopping);
                return true;
            }
            await StartAsync(message, stopping);
        }
    }

    private async ValueTask StartAsync(LdapMessage message, CancellationToken stopping)
    {
        if (message.Operation is LdapOperation.AbandonRequest abandon)
        {
            if (_underWay.TryGetValue(abandon.AbandonedId, out UnderWay? abandoned))
                abandoned.Abandon();
            return;
        }
        var operation = new UnderWay(CancellationTokenSource.CreateLinkedTokenSource(stopping));
        // the second bound is for those who use ids again that are under way: the refusal counts as their end
        if (Volatile.Read(ref _working) >= settings.MaxOperations || _underWay.Count >= 2 * settings.MaxOperations || !_underWay.TryAdd(message.Id, operation))
        {
            // Awaited, so that a client that floods and does not read is not read either.
            operation.Dispose();
            await Answers.WriteAsync(message.Id, Responses.To(message.Operation, new LdapResult(LdapResultCode.Busy, "", "too many operations at once")), stopping);
            return;
        }
        Interlocked.Increment(ref _working);
        OperationEntry? entry = operations.Find(message.Operation);
        operation.Task = entry?.Runs == Runs.Beside
            ? Task.Run(() => FinishAsync(entry, message, operation), CancellationToken.None)
            : FinishAsync(entry, message, operation);
    }

    private async Task FinishAsync(OperationEntry? entry, LdapMessage message, UnderWay operation)
    {
        try
        {
            if (!await AnswerAsync(entry, message, operation.Token) && operation.IsCancelled)
                await Answers.WriteAsync(message.Id, Responses.To(message.Operation, new LdapResult(LdapResultCode.Canceled)), CancellationToken.None);
        }
        finally
        {
            Leave(message.Id);
            if (_underWay.TryRemove(message.Id, out _))
                operation.Dispose();
        }
    }

    private void Leave(int id)
    {
        if (_underWay.TryGetValue(id, out UnderWay? operation) && operation.Leave())
            Interlocked.Decrement(ref _working);
    }

    /// <summary>The one place where a fault of ours in an operation ends. False when it was given up and so not answered.</summary>
    private async Task<bool> AnswerAsync(OperationEntry? entry, LdapMessage message, CancellationToken cancellationToken)
    {
        try
        {
            LdapOperation? answer = Refusal(entry, message) ?? await entry!.RunAsync(this, message, cancellationToken);
            if (answer is not null)
                await Answers.WriteAsync(message.Id, answer, CancellationToken.None);
            return true;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return false;
        }
        catch (Exception fault)
        {
            LdapLog.Fault(logger, fault, message.Operation.GetType().Name);
            await Answers.WriteAsync(message.Id, Responses.To(message.Operation, new LdapResult(LdapResultCode.Other, "", "internal error")), CancellationToken.None);
            return true;
        }
    }

    private static LdapOperation? Refusal(OperationEntry? entry, LdapMessage message)
    {
        if (entry is null)
            return Responses.To(message.Operation, new LdapResult(LdapResultCode.ProtocolError, "", "unsupported operation"));
        foreach (LdapControl control in message.Controls)
            if (control.Critical && !entry.Controls.Contains(control.Oid))
                return Responses.To(message.Operation, new LdapResult(LdapResultCode.UnavailableCriticalExtension, "", $"control {control.Oid} is not supported here"));
        return null;
    }

    private Task DisconnectAsync(LdapResultCode code, string reason, CancellationToken cancellationToken) =>
        Answers.WriteAsync(0, new LdapOperation.ExtendedResponse(new LdapResult(code, "", reason), LdapOids.NoticeOfDisconnection), cancellationToken);

    /// <summary>Ends what runs: searches are given up, writes finish.</summary>
    private async Task EndAllAsync()
    {
        foreach (UnderWay operation in _underWay.Values)
            operation.Abandon();
        await Task.WhenAll(_underWay.Values.Select(o => o.Task)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Pages.Clear();
    }

    private sealed class UnderWay(CancellationTokenSource ended) : IDisposable
    {
        private bool _isCancelled;
        private int _left;

        public CancellationToken Token { get; } = ended.Token;

        public Task Task { get; set; } = Task.CompletedTask;

        /// <summary>It is owed an answer although it was ended.</summary>
        public bool IsCancelled { get => Volatile.Read(ref _isCancelled); set => Volatile.Write(ref _isCancelled, value); }

        /// <summary>True for the first who says so.</summary>
        public bool Leave() => Interlocked.Exchange(ref _left, 1) == 0;

        public void Abandon()
        {
            try
            {
                ended.Cancel();
            }
            catch (ObjectDisposedException)
            {
                // It ended by itself just now.
            }
        }

        public void Dispose() => ended.Dispose();
    }
}
