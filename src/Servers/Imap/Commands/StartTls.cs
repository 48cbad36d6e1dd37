using DirMail.Servers.Imap.Grammar;

namespace DirMail.Servers.Imap.Commands;

/// <summary>RFC 9051 6.2.1. What the client sent ahead in plain text is dropped by the connection.</summary>
internal static class StartTls
{
    public static async Task<Completion> RunAsync(ImapSession session, ImapReader arguments, CancellationToken cancellationToken)
    {
        if (!arguments.End())
            return Completion.Bad(arguments.Error);
        if (!session.MayStartTls)
            return Completion.Bad(session.Connection.IsProtected ? "already under TLS" : "TLS is not available here");
        session.Writer.Line($"{session.Tag} OK begin TLS now");
        await session.Connection.FlushAsync(cancellationToken);
        if (!await session.Connection.StartTlsAsync(session.Services.Certificates!, cancellationToken))
            return Completion.Closed;
        session.RenewWriter();
        return Completion.Answered;
    }
}
