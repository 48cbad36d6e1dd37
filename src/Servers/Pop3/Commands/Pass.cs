using System.Net;
using DirMail.Mail;
using DirMail.Routing;

namespace DirMail.Servers.Pop3.Commands;

/// <summary>RFC 1939 7: all after the blank is the password, blanks too. The order of the checks is that of <see cref="Logins"/>.</summary>
internal static class Pass
{
    public static async Task<Answer> RunAsync(Pop3Session session, string argument, CancellationToken cancellationToken)
    {
        if (session.UserName is not { } name)
            return Answer.Bad("send USER first");
        session.UserName = null;
        return await LogInAsync(session, name, argument, cancellationToken);
    }

    /// <summary>RFC 2449 6.5: seconds between logins.</summary>
    public static string? Delay(Pop3Session session) =>
        session.Services.Settings.Pop3LoginDelay is { Ticks: > 0 } delay ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"LOGIN-DELAY {Math.Ceiling(delay.TotalSeconds)}") : null;

    /// <summary>Logs the session in and opens the maildrop, or says why not.</summary>
    public static async Task<Answer> LogInAsync(Pop3Session session, string name, string password, CancellationToken cancellationToken)
    {
        if (!session.MayLogIn)
            return Answer.Refused(Responses.PrivacyRequired);
        IPAddress client = session.Connection.Remote.Address;
        var attempt = new LoginAttempt(name, password, MailService.Pop, session.Connection.IsProtected, client, session.Connection.Local.Address) { LookUpName = session.ReverseName.GetAsync };
        switch (await session.Services.Logins.CheckAsync(attempt, cancellationToken))
        {
            case LoginResult.Accepted accepted:
                if (!session.Logins.TryEnter(accepted.User.Id, session.Services.Settings.Pop3LoginDelay))
                    return Answer.Error("[LOGIN-DELAY] too soon after the last login");
                session.Services.Trail.Authenticated("pop3", name, client.ToString());
                return await session.OpenAsync(accepted.User, accepted.Domain, cancellationToken);
            case LoginResult.Refused refused:
                session.Services.Trail.Refused("pop3", name, client.ToString(), refused.Reply.Text);
                return Answer.Refused(refused.Reply);
            default:
                return Answer.Refused(Responses.DirectoryUnreachable);
        }
    }
}
