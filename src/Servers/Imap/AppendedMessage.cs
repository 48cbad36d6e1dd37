using DirMail.Servers.Imap.Grammar;
using DirMail.Store;

namespace DirMail.Servers.Imap;

/// <summary>What APPEND says of one message before its literal: flags, date and perhaps UTF8 (RFC 6855 4).</summary>
/// <param name="IsUtf8">Its literal stands in parentheses.</param>
internal readonly record struct AppendedMessage(MessageFlags Flags, DateTimeOffset InternalDate, bool IsUtf8)
{
    public static AppendedMessage Read(ImapSession session, ImapReader arguments)
    {
        MessageFlags flags = MessageFlags.None;
        DateTimeOffset date = session.Services.Clock.GetUtcNow();
        arguments.Space();
        if (arguments.Next == '(')
        {
            flags = Grammar.Flags.Read(arguments, needsParentheses: true);
            arguments.Space();
        }
        if (arguments.Next == '"')
        {
            date = arguments.DateTime();
            arguments.Space();
        }
        bool isUtf8 = arguments.TakeWord("UTF8") && arguments.Expect('(');
        if (session.PendingLiteral is null)
            arguments.Fail("expected the message as a literal");
        return new(flags, date, isUtf8);
    }
}
