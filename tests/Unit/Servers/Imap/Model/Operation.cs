namespace DirMail.Unit.Servers.Imap.Model;

internal enum OperationKind
{
    Append,
    Deliver,
    Store,
    StoreIfUnchanged,
    Expunge,
    UidExpunge,
    Copy,
    Move,
    Read,
    Search,
    Noop,
    Select,
    Examine,
    Resync,
    ChangedSince,
    Idle,
    Status,
    Create,
    Delete,
    Rename,
    Pop3,

    /// <summary>Several sessions, deliveries and POP3 at the same time.</summary>
    Together,
}

/// <summary>What one session does; the numbers choose mailboxes, messages and flags of those there are when it runs.</summary>
internal sealed record Operation(OperationKind Kind, int Session, int First, int Second, int Third);
