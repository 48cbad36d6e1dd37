using DirMail.Servers.Imap.Grammar;
using DirMail.Store;
using DirMail.Wire;

namespace DirMail.Servers.Imap.Commands;

/// <summary>APPEND (RFC 9051 6.3.12): the message goes from the connection straight into the store's content, in pieces.</summary>
internal static class Append
{
    public static async Task<Completion> RunAsync(ImapSession session, ImapReader arguments, CancellationToken cancellationToken)
    {
        arguments.Space();
        string name = arguments.MailboxName();
        MessageFlags flags = MessageFlags.None;
        DateTimeOffset date = session.Services.Clock.GetUtcNow();
        arguments.Space();
        if (arguments.Next == '(')
        {
            flags = Flags.Read(arguments, needsParentheses: true);
            arguments.Space();
        }
        if (arguments.Next == '"')
        {
            date = arguments.DateTime();
            arguments.Space();
        }
        if (session.PendingLiteral is null)
            arguments.Fail("expected the message as a literal");
        if (!arguments.End())
            return Completion.Bad(arguments.Error);
        return await CheckAsync(session, name, session.PendingLiteral!, cancellationToken) ?? await StoreAsync(session, name, new(flags, date), cancellationToken);
    }

    private readonly record struct Stamp(MessageFlags Flags, DateTimeOffset InternalDate);

    /// <summary>What can be said before the message is sent.</summary>
    private static async Task<Completion?> CheckAsync(ImapSession session, string name, LiteralMark literal, CancellationToken cancellationToken)
    {
        if (literal.Octets > session.Services.Settings.MaxMessageOctets)
            return Completion.No("[TOOBIG] message larger than this server allows");
        if (literal.Octets == 0)
            return Completion.No("[CANNOT] a message cannot be empty");
        return await session.Mailboxes.FindAsync(session.Account, name, cancellationToken) is { NoSelect: false } ? null : Completion.TryCreate;
    }

    private static async Task<Completion> StoreAsync(ImapSession session, string name, Stamp stamp, CancellationToken cancellationToken)
    {
        await using ContentWriter writer = session.Services.Store.NewContent();
        switch (await session.ReadPendingAsync(writer.WriteAsync, cancellationToken))
        {
            case LineStatus.Ok:
                break;
            case LineStatus.Malformed or LineStatus.TooLong:
                return Completion.Bad("unexpected text after the message");
            default:
                return session.IsEnding ? Completion.Answered : Completion.Closed;
        }
        if (session.IsEnding)
            return Completion.Answered;
        if (await writer.CompleteAsync(cancellationToken) is not { } content)
            return Completion.StoreUnavailable;
        // Looked up again: it took the client some time to send the message.
        if (await session.Mailboxes.FindAsync(session.Account, name, cancellationToken) is not { NoSelect: false } mailbox)
        {
            await content.DisposeAsync();
            return Completion.TryCreate;
        }
        AppendResult result = await session.Mailboxes.AppendAsync(mailbox.Id, content, stamp.Flags, stamp.InternalDate, session.Quota, cancellationToken);
        session.WakeIf(mailbox.Id);
        return result switch
        {
            AppendResult.Appended appended => Completion.Ok($"[APPENDUID {appended.UidValidity} {appended.Uid}] APPEND completed"),
            AppendResult.OverQuota => Completion.OverQuota,
            AppendResult.MailboxGone => Completion.TryCreate,
            _ => Completion.StoreUnavailable,
        };
    }
}
