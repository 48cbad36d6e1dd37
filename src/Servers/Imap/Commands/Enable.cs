using DirMail.Servers.Imap.Grammar;

namespace DirMail.Servers.Imap.Commands;

/// <summary>RFC 5161: nothing that is announced needs to be enabled, so nothing is.</summary>
internal static class Enable
{
    public static Task<Completion> RunAsync(ImapSession session, ImapReader arguments, CancellationToken cancellationToken)
    {
        do
        {
            arguments.Space();
            arguments.Word();
        }
        while (arguments.Next == ' ');
        if (!arguments.End())
            return Task.FromResult(Completion.Bad(arguments.Error));
        session.Writer.Line("* ENABLED");
        return Task.FromResult(Completion.Ok("ENABLE completed"));
    }
}
