using DirMail.Servers.Imap.Grammar;
using DirMail.Servers.Imap.Sharing;

namespace DirMail.Servers.Imap.Commands;

/// <summary>RFC 2342: one personal namespace without a prefix, one of other users and one of groups.</summary>
internal static class Namespace
{
    public static Task<Completion> RunAsync(ImapSession session, ImapReader arguments, CancellationToken cancellationToken)
    {
        if (!arguments.End())
            return Task.FromResult(Completion.Bad(arguments.Error));
        session.Writer.Line($"* NAMESPACE ((\"\" \"/\")) ((\"{Namespaces.Users}/\" \"/\")) ((\"{Namespaces.Groups}/\" \"/\"))");
        return Task.FromResult(Completion.Ok("NAMESPACE completed"));
    }
}
