using DirMail.Servers.Imap.Grammar;

namespace DirMail.Servers.Imap.Commands;

/// <summary>RFC 9051 6.1.2: asks the store for changes, also when it told of none.</summary>
internal static class Noop
{
    public static Task<Completion> RunAsync(ImapSession session, ImapReader arguments, CancellationToken cancellationToken) => Run(session, arguments, "NOOP completed");

    /// <summary>RFC 3501 6.4.1: everything is on disk already.</summary>
    public static Task<Completion> CheckAsync(ImapSession session, ImapReader arguments, CancellationToken cancellationToken) => Run(session, arguments, "CHECK completed");

    private static Task<Completion> Run(ImapSession session, ImapReader arguments, string text)
    {
        if (!arguments.End())
            return Task.FromResult(Completion.Bad(arguments.Error));
        session.Wake();
        return Task.FromResult(Completion.Ok(text));
    }
}
