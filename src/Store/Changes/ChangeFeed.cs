using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Threading.Channels;
using DirMail.Mail;
using DirMail.Store.Writing;
using Microsoft.Extensions.Logging;

namespace DirMail.Store.Changes;

/// <summary>
/// Wakes those who watch mailboxes, in commit order, from a task of its own: a slow listener delays other listeners, never the writer. Wake-ups carry nothing; what changed
/// is read from the store, so a lost one costs nothing. News of the queue carry what was written, and are told on the writer's thread before it writes anything else.
/// </summary>
internal sealed class ChangeFeed(ILogger logger) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<MailboxId, ImmutableArray<MailboxWatch>> _watchers = new();
    private readonly Channel<MailboxId> _changes = Channel.CreateUnbounded<MailboxId>(new UnboundedChannelOptions { SingleReader = true });
    private Task? _delivery;

    public event Action<QueueNews>? QueueChanged;

    public void Start() => _delivery = DeliverAsync();

    public MailboxWatch Watch(MailboxId mailbox, Action wake)
    {
        var watch = new MailboxWatch(mailbox, wake, Remove);
        _watchers.AddOrUpdate(mailbox, [watch], (_, others) => others.Add(watch));
        return watch;
    }

    /// <summary>Called by the writer after a commit, before anybody is told that his change is through: who has been told finds it in <see cref="MailboxWatch.Latest"/>.</summary>
    public void Publish(WriteScope scope)
    {
        foreach ((MailboxId mailbox, ModSeq latest) in scope.LatestChanges)
        {
            if (!_watchers.TryGetValue(mailbox, out ImmutableArray<MailboxWatch> watchers))
                continue;
            foreach (MailboxWatch watch in watchers)
                watch.Latest = latest;
            _changes.Writer.TryWrite(mailbox);
        }
        if (scope.Added.Count + scope.Due.Count > 0 && QueueChanged is { } tell)
            Call(() => tell(new([.. scope.Added.Select(static added => added.Row)], scope.Due)));
    }

    public async ValueTask DisposeAsync()
    {
        _changes.Writer.TryComplete();
        if (_delivery is not null)
            await _delivery.ConfigureAwait(false);
    }

    private async Task DeliverAsync()
    {
        await foreach (MailboxId mailbox in _changes.Reader.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
            if (_watchers.TryGetValue(mailbox, out ImmutableArray<MailboxWatch> watchers))
                foreach (MailboxWatch watch in watchers)
                    Call(watch.Wake);
    }

    private void Call(Action wake)
    {
        try
        {
            wake();
        }
        catch (Exception e)
        {
            Log.ListenerFailed(logger, e);
        }
    }

    private void Remove(MailboxWatch watch)
    {
        while (_watchers.TryGetValue(watch.Mailbox, out ImmutableArray<MailboxWatch> watchers))
        {
            ImmutableArray<MailboxWatch> rest = watchers.Remove(watch);
            bool done = rest.IsEmpty
                ? _watchers.TryRemove(KeyValuePair.Create(watch.Mailbox, watchers))
                : _watchers.TryUpdate(watch.Mailbox, rest, watchers);
            if (done)
                return;
        }
    }
}
