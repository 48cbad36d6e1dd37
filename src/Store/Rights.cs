namespace DirMail.Store;

/// <summary>What somebody may do with a mailbox (RFC 4314 2.1); its letters stand in the protocol alone.</summary>
[Flags]
public enum Rights
{
    None = 0,

    /// <summary>l: see that it is there.</summary>
    Lookup = 1 << 0,

    /// <summary>r: select it, read its messages.</summary>
    Read = 1 << 1,

    /// <summary>s: change \Seen.</summary>
    KeepSeen = 1 << 2,

    /// <summary>w: change flags other than \Seen and \Deleted.</summary>
    WriteFlags = 1 << 3,

    /// <summary>i: put messages in.</summary>
    Insert = 1 << 4,

    /// <summary>p: send mail to its address; kept for clients, nothing asks for it.</summary>
    Post = 1 << 5,

    /// <summary>k: make mailboxes below it.</summary>
    CreateBelow = 1 << 6,

    /// <summary>x: delete or rename it.</summary>
    DeleteMailbox = 1 << 7,

    /// <summary>t: change \Deleted.</summary>
    DeleteMessages = 1 << 8,

    /// <summary>e: expunge.</summary>
    Expunge = 1 << 9,

    /// <summary>a: read and change who may do what.</summary>
    Administer = 1 << 10,

    All = (1 << 11) - 1,

    /// <summary>What an owner cannot lose.</summary>
    Owners = Lookup | Administer,

    /// <summary>What members of a group may do with its mailboxes as long as nothing was said of them.</summary>
    Members = Lookup | Read | KeepSeen,
}
