using DirMail.Servers.Imap.Grammar;

namespace DirMail.Servers.Imap.Commands;

/// <summary>RFC 9051 6.1.3.</summary>
internal static class Logout
{
    public static async Task<Completion> RunAsync(ImapSession session, ImapReader arguments, CancellationToken cancellationToken)
    {
        if (!arguments.End())
            return Completion.Bad(arguments.Error);
        session.Writer.Line("* BYE logging out");
        session.Writer.Line($"{session.Tag} OK LOGOUT completed");
        await session.Connection.FlushAsync(cancellationToken);
        return Completion.Closed;
    }
}
