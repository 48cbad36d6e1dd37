using DirMail.Mail;
using DirMail.Routing;
using DirMail.Servers.Imap.Grammar;

namespace DirMail.Servers.Imap.Commands;

/// <summary>RFC 9051 6.2.3. The order of the checks is that of <see cref="Logins"/>.</summary>
internal static class Login
{
    public static async Task<Completion> RunAsync(ImapSession session, ImapReader arguments, CancellationToken cancellationToken)
    {
        arguments.Space();
        string name = arguments.Astring();
        arguments.Space();
        string password = arguments.Astring();
        if (!arguments.End())
            return Completion.Bad(arguments.Error);
        return await CheckAsync(session, name, password, cancellationToken);
    }

    /// <summary>Logs the session in, or says why not.</summary>
    public static async Task<Completion> CheckAsync(ImapSession session, string name, string password, CancellationToken cancellationToken)
    {
        string client = session.Connection.Remote.Address.ToString();
        if (!session.MayLogIn)
            return Completion.Refused(Responses.PrivacyRequired);
        LoginAttempt attempt = new(name, password, MailService.Imap, session.Connection.IsProtected, session.Connection.Remote.Address, session.Connection.Local.Address) { LookUpName = session.ReverseName.GetAsync };
        switch (await session.Services.Logins.CheckAsync(attempt, cancellationToken))
        {
            case LoginResult.Accepted accepted:
                if (!session.TryLogIn(accepted.User, accepted.Domain))
                {
                    session.Services.Trail.Refused("imap", name, client, Completion.TooManySessions.Text);
                    return Completion.TooManySessions;
                }
                session.Services.Trail.Authenticated("imap", name, client);
                return Completion.Ok($"[CAPABILITY {Capabilities.Of(session)}] logged in");
            case LoginResult.Refused refused:
                session.Services.Trail.Refused("imap", name, client, refused.Reply.Text);
                return Completion.Refused(refused.Reply);
            default:
                return Completion.Refused(Responses.DirectoryUnreachable);
        }
    }
}
