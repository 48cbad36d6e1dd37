using DirMail.Mail;

namespace DirMail.Servers.Pop3;

/// <summary>How a command ended.</summary>
/// <param name="Text">After "+OK " or "-ERR ".</param>
internal readonly record struct Answer(AnswerKind Kind, string Text)
{
    /// <summary>A response of several lines has been written.</summary>
    public static Answer Written { get; } = new(AnswerKind.Written, "");

    /// <summary>Nothing more can be said on this connection.</summary>
    public static Answer Closed { get; } = new(AnswerKind.Closed, "");

    public static Answer Ok(string text) => new(AnswerKind.Ok, text);

    public static Answer Error(string text) => new(AnswerKind.Error, text);

    /// <summary>Counts towards the errors that end a session: no command at all, or a wrong password.</summary>
    public static Answer Bad(string text) => new(AnswerKind.Bad, text);

    public static Answer Refused(AccessReply reply) => Bad($"[{reply.Pop3Code}] {reply.Text}");

    /// <summary>Says it and closes.</summary>
    public static Answer Last(bool isOk, string text) => new(isOk ? AnswerKind.LastOk : AnswerKind.LastError, text);
}

internal enum AnswerKind
{
    Ok,
    Error,
    Bad,
    Written,
    LastOk,
    LastError,
    Closed,
}
