using System.Collections.Immutable;
using DirMail.Mail;

namespace DirMail.Store;

public sealed record Mailbox(MailboxId Id, string Name, uint UidValidity)
{
    public bool Subscribed { get; init; }
    public bool NoSelect { get; init; }
    public bool HasChildren { get; init; }

    /// <summary>It has an access list: others may have rights, and its owner may have given up some.</summary>
    public bool IsShared { get; init; }

    /// <summary>As in RFC 6154, with the backslash; null for none.</summary>
    public string? SpecialUse { get; init; }
}

/// <param name="Below">UIDs below it, and not below another one's.</param>
public readonly record struct FormerValidity(Uid Below, uint UidValidity);

public sealed record MailboxStatus(uint UidValidity, Uid UidNext, ModSeq HighestModSeq, int Messages, int Unseen, int Deleted, long Octets);

public sealed record MailboxView(Mailbox Mailbox, MailboxStatus Status, IReadOnlyList<MailboxEntry> Entries);

public sealed record MailboxChanges(MailboxStatus Status, IReadOnlyList<MailboxEntry> Changed, IReadOnlyList<Uid> Expunged);

/// <param name="Octets">Size of the rendition: RFC822.SIZE.</param>
/// <param name="InternalDate">UTC.</param>
public sealed record MailboxEntry(Uid Uid, RenditionId Rendition, MessageFlags Flags, DateTimeOffset InternalDate, ModSeq ModSeq, long Octets)
{
    /// <summary>UTC: when it came into the mailbox (RFC 8514). The default is not known.</summary>
    public DateTime Saved { get; init; }
}

/// <summary>System flags and keywords of one entry (RFC 9051 2.3.2). Keywords keep the case they were first given in and compare without it.</summary>
public readonly record struct MessageFlags(SystemFlags System, ImmutableArray<string> Keywords)
{
    public static MessageFlags None { get; } = new(SystemFlags.None, []);
}

[Flags]
public enum SystemFlags
{
    None = 0,
    Seen = 1,
    Answered = 2,
    Flagged = 4,
    Deleted = 8,
    Draft = 16,
}

public sealed record FlagChange(FlagChangeKind Kind, MessageFlags Flags)
{
    /// <summary>Entries changed after this stay as they are and are not returned (RFC 7162 3.1.3); null: whatever their MODSEQ.</summary>
    public ModSeq? UnchangedSince { get; init; }

    public FlagScope Within { get; init; } = FlagScope.All;
}

/// <summary>What a change of flags left.</summary>
/// <param name="Entries">Those that exist, as they are now.</param>
/// <param name="Given">The MODSEQs that it gave, one for each commit: all that has one of them is among the entries.</param>
public sealed record StoredFlags(IReadOnlyList<MailboxEntry> Entries, IReadOnlyList<ModSeq> Given);

public enum FlagChangeKind
{
    Replace,
    Add,
    Remove,
}

public enum MailboxResult
{
    Done,
    AlreadyExists,
    NotFound,
    NotAllowed,
    BadName,

    /// <summary>Another mailbox has that special use.</summary>
    UseTaken,
    StoreUnavailable,
}

/// <summary>A message to be appended.</summary>
/// <param name="InternalDate">UTC.</param>
public sealed record NewMail(Content Content, MessageFlags Flags, DateTimeOffset InternalDate);

public abstract record AppendResult
{
    private AppendResult() { }

    /// <param name="Uid">Of the first; the others follow without a gap.</param>
    public sealed record Appended(uint UidValidity, Uid Uid, int Count = 1) : AppendResult;
    public sealed record OverQuota : AppendResult;
    public sealed record MailboxGone : AppendResult;
    public sealed record StoreUnavailable : AppendResult;
}

public abstract record CopyResult
{
    private CopyResult() { }

    /// <summary>The two lists match one to one.</summary>
    public sealed record Copied(uint UidValidity, IReadOnlyList<Uid> From, IReadOnlyList<Uid> To) : CopyResult;
    public sealed record OverQuota : CopyResult;
    public sealed record MailboxGone : CopyResult;
    public sealed record StoreUnavailable : CopyResult;
}
