using DirMail.Mail;
using DirMail.Store;

namespace DirMail.Servers.Imap;

/// <summary>How a command ended: the tagged response. The text holds no inside details; a response code comes first in it, in brackets.</summary>
internal readonly record struct Completion(CompletionKind Kind, string Text)
{
    public static readonly Completion StoreUnavailable = No("[UNAVAILABLE] the message store is not available now, try again later");
    public static readonly Completion OverQuota = No("[OVERQUOTA] your mailbox is full");
    public static readonly Completion ReadOnly = No("[READ-ONLY] the mailbox was opened with EXAMINE");
    public static readonly Completion TooManySessions = No("[LIMIT] too many connections of this user from this address, close some");
    public static readonly Completion NoSuchMailbox = No("[NONEXISTENT] no such mailbox");

    public static readonly Completion NoPermission = No("[NOPERM] not allowed with this mailbox");

    public static readonly Completion UnknownEncoding = No("[UNKNOWN-CTE] cannot decode what was asked for, or keep it without an encoding");
    public static readonly Completion BadCharset = No("[BADCHARSET (US-ASCII UTF-8)] charset not known");
    public static readonly Completion UseNotPossible = No("[USEATTR] not a use that this mailbox can have");

    /// <summary>The client shall create it and try again (APPEND, COPY, MOVE).</summary>
    public static readonly Completion TryCreate = No("[TRYCREATE] no such mailbox");

    /// <summary>The connection ends without an answer: nothing more can be said on it.</summary>
    public static readonly Completion Closed = new(CompletionKind.Closed, "");

    /// <summary>The command has written its answer itself (STARTTLS), or its session is about to be told BYE instead.</summary>
    public static readonly Completion Answered = new(CompletionKind.Answered, "");

    public static Completion Ok(string text) => new(CompletionKind.Ok, text);

    public static Completion No(string text) => new(CompletionKind.No, text);

    public static Completion Bad(string? text) => new(CompletionKind.Bad, text ?? "cannot read the command");

    public static Completion Refused(AccessReply reply) => No($"[{reply.ImapCode}] {reply.Text}");

    public static Completion Of(MailboxResult result, string verb) => result switch
    {
        MailboxResult.Done => Ok($"{verb} completed"),
        MailboxResult.AlreadyExists => No("[ALREADYEXISTS] a mailbox of that name exists"),
        MailboxResult.NotFound => NoSuchMailbox,
        MailboxResult.NotAllowed => No("[CANNOT] not possible with this mailbox"),
        MailboxResult.UseTaken => UseNotPossible,
        MailboxResult.BadName => No("[CANNOT] not a name that a mailbox can have"),
        _ => StoreUnavailable,
    };
}

internal enum CompletionKind
{
    Ok,
    No,

    /// <summary>The command could not be read; counts towards <see cref="ServerSettings.MaxErrors"/>.</summary>
    Bad,
    Answered,
    Closed,
}
