using DirMail.Servers.Imap.Grammar;

namespace DirMail.Servers.Imap.Commands;

/// <summary>RFC 2342: one personal namespace without a prefix.</summary>
internal static class Namespace
{
    public static Task<Completion> RunAsync(ImapSession session, ImapReader arguments, CancellationToken cancellationToken)
    {
        if (!arguments.End())
            return Task.FromResult(Completion.Bad(arguments.Error));
        session.Writer.Line("* NAMESPACE ((\"\" \"/\")) NIL NIL");
        return Task.FromResult(Completion.Ok("NAMESPACE completed"));
    }
}
