using DirMail.Mail;

namespace DirMail.Store;

/// <summary>Tells that a mailbox changes, as long as it is not disposed; made by <see cref="Mailboxes.Watch"/>.</summary>
public sealed class MailboxWatch : IDisposable
{
    private readonly Action<MailboxWatch> _remove;
    private long _latest;

    internal MailboxWatch(MailboxId mailbox, Action wake, Action<MailboxWatch> remove) => (Mailbox, Wake, _remove) = (mailbox, wake, remove);

    public MailboxId Mailbox { get; }

    /// <summary>
    /// The MODSEQ of the last commit that changed the mailbox since the watch began; 0: none. It stands here before anybody is told that such a commit is through, so whoever knows of
    /// nothing later need not ask the store. <see cref="Gone"/> when the mailbox is.
    /// </summary>
    public ModSeq Latest
    {
        get => new(Volatile.Read(ref _latest));
        internal set => Volatile.Write(ref _latest, value.Value);
    }

    internal Action Wake { get; }

    internal static ModSeq Gone { get; } = new(long.MaxValue);

    public void Dispose() => _remove(this);
}
