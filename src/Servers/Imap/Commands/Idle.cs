using System.Text;
using DirMail.Servers.Imap.Grammar;
using DirMail.Wire;

namespace DirMail.Servers.Imap.Commands;

/// <summary>RFC 2177: changes are told as they are committed, until the client says DONE.</summary>
internal static class Idle
{
    public static async Task<Completion> RunAsync(ImapSession session, ImapReader arguments, CancellationToken cancellationToken)
    {
        if (!arguments.End())
            return Completion.Bad(arguments.Error);
        session.Writer.Line("+ idling");
        Line line = await session.IdleLineAsync(cancellationToken);
        if (line.Status is LineStatus.TimedOut)
            session.End("idle too long");
        if (line.Status is LineStatus.Closed)
            return Completion.Closed;
        if (session.IsEnding)
            return Completion.Answered;
        return line.Status == LineStatus.Ok && Ascii.EqualsIgnoreCase(line.Octets.Span, "DONE"u8) ? Completion.Ok("IDLE completed") : Completion.Bad("expected DONE");
    }
}
