using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Threading.Channels;
using DirMail.Mail;
using DirMail.Store.Writing;
using Microsoft.Extensions.Logging;

namespace DirMail.Store.Changes;

/// <summary>
/// Wakes those who watch, in commit order, from a task of its own: a slow listener delays other listeners, never the writer. Wake-ups carry nothing; what changed
/// is read from the store, so a lost one costs nothing.
/// </summary>
internal sealed class ChangeFeed(ILogger logger) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<MailboxId, ImmutableArray<Watcher>> _watchers = new();
    private readonly Channel<Change> _changes = Channel.CreateUnbounded<Change>(new UnboundedChannelOptions { SingleReader = true });
    private Task? _delivery;

    public event Action? RowsAdded;

    public void Start() => _delivery = DeliverAsync();

    public IDisposable Watch(MailboxId mailbox, Action wake)
    {
        var watcher = new Watcher(this, mailbox, wake);
        _watchers.AddOrUpdate(mailbox, [watcher], (_, others) => others.Add(watcher));
        return watcher;
    }

    /// <summary>Called by the writer after a commit.</summary>
    public void Publish(WriteScope scope)
    {
        foreach (MailboxId mailbox in scope.Changed)
            if (_watchers.ContainsKey(mailbox))
                _changes.Writer.TryWrite(new(mailbox));
        if (scope.QueueGrew)
            _changes.Writer.TryWrite(new(null));
    }

    public async ValueTask DisposeAsync()
    {
        _changes.Writer.TryComplete();
        if (_delivery is not null)
            await _delivery.ConfigureAwait(false);
    }

    private async Task DeliverAsync()
    {
        await foreach (Change change in _changes.Reader.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
        {
            if (change.Mailbox is not { } mailbox)
                Call(RowsAdded);
            else if (_watchers.TryGetValue(mailbox, out ImmutableArray<Watcher> watchers))
                foreach (Watcher watcher in watchers)
                    Call(watcher.Wake);
        }
    }

    private void Call(Action? wake)
    {
        try
        {
            wake?.Invoke();
        }
        catch (Exception e)
        {
            Log.ListenerFailed(logger, e);
        }
    }

    private void Remove(Watcher watcher)
    {
        while (_watchers.TryGetValue(watcher.Mailbox, out ImmutableArray<Watcher> watchers))
        {
            ImmutableArray<Watcher> rest = watchers.Remove(watcher);
            bool done = rest.IsEmpty
                ? _watchers.TryRemove(KeyValuePair.Create(watcher.Mailbox, watchers))
                : _watchers.TryUpdate(watcher.Mailbox, rest, watchers);
            if (done)
                return;
        }
    }

    /// <summary>Null is the queue.</summary>
    private readonly record struct Change(MailboxId? Mailbox);

    private sealed class Watcher(ChangeFeed feed, MailboxId mailbox, Action wake) : IDisposable
    {
        public MailboxId Mailbox => mailbox;

        public Action Wake => wake;

        public void Dispose() => feed.Remove(this);
    }
}
