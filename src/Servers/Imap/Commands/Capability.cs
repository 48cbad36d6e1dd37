using DirMail.Servers.Imap.Grammar;

namespace DirMail.Servers.Imap.Commands;

/// <summary>RFC 9051 6.1.1.</summary>
internal static class Capability
{
    public static Task<Completion> RunAsync(ImapSession session, ImapReader arguments, CancellationToken cancellationToken)
    {
        if (!arguments.End())
            return Task.FromResult(Completion.Bad(arguments.Error));
        session.Writer.Line($"* CAPABILITY {Capabilities.Of(session)}");
        return Task.FromResult(Completion.Ok("CAPABILITY completed"));
    }
}
