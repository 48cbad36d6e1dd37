using DirMail.Servers.Imap.Grammar;

namespace DirMail.Servers.Imap.Commands;

/// <summary>RFC 9051 6.1.2: changes are told at the end of any command.</summary>
internal static class Noop
{
    public static Task<Completion> RunAsync(ImapSession session, ImapReader arguments, CancellationToken cancellationToken) => Run(arguments, "NOOP completed");

    /// <summary>RFC 3501 6.4.1: everything is on disk already.</summary>
    public static Task<Completion> CheckAsync(ImapSession session, ImapReader arguments, CancellationToken cancellationToken) => Run(arguments, "CHECK completed");

    private static Task<Completion> Run(ImapReader arguments, string text) => Task.FromResult(arguments.End() ? Completion.Ok(text) : Completion.Bad(arguments.Error));
}
