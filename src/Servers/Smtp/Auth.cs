using System.Text;
using DirMail.Mail;
using DirMail.Routing;
using DirMail.Wire;

namespace DirMail.Servers.Smtp;

/// <summary>AUTH PLAIN and LOGIN (RFC 4954, 4616). The password goes to the directory's bind and nowhere else. Commands pipelined behind a login that succeeds end the session (RFC 4954 4).</summary>
internal static class Auth
{
    private static readonly Reply Unreadable = new(501, new(5, 5, 2), "cannot read that answer");
    private static readonly Reply Cancelled = new(501, new(5, 7, 0), "authentication cancelled");
    private static readonly Reply SentAhead = new(503, new(5, 5, 1), "commands came ahead of the answer to AUTH, which ends a group of them (RFC 4954)");
    private static readonly Reply NoSuchMechanism = new(504, new(5, 5, 4), "no such authentication mechanism");

    public static bool IsOffered(SmtpSession session) => IsAllowed(session) && session.User is null;

    public static async Task RunAsync(SmtpSession session, string argument)
    {
        int space = argument.IndexOf(' ');
        string mechanism = space < 0 ? argument : argument[..space], initial = space < 0 ? "" : argument[(space + 1)..];
        if (session.User is not null || !session.IsExtended)
            session.SendError(Responses.BadSequence);
        else if (!IsAllowed(session))
            session.SendError(Responses.AuthNeedsTls);
        else if (mechanism.Equals("PLAIN", StringComparison.OrdinalIgnoreCase))
            await CheckAsync(session, await PlainAsync(session, initial));
        else if (mechanism.Equals("LOGIN", StringComparison.OrdinalIgnoreCase))
            await CheckAsync(session, await LoginAsync(session, initial));
        else
            session.SendError(NoSuchMechanism);
    }

    private static bool IsAllowed(SmtpSession session) => session.Connection.MaySendPassword(session.Services.Settings.PlainLogin);

    private static async Task<SaslCredentials?> PlainAsync(SmtpSession session, string initial)
    {
        if (await AnswerAsync(session, initial, "") is not { } answer)
            return null;
        SaslCredentials? credentials = Sasl.Plain(answer.Span);
        if (credentials is { IsForSelf: true })
            return credentials;
        session.SendError(credentials is null ? Unreadable : Responses.BadCredentials.Smtp);
        return null;
    }

    private static async Task<SaslCredentials?> LoginAsync(SmtpSession session, string initial)
    {
        if (await AnswerAsync(session, initial, "VXNlcm5hbWU6") is not { } user)
            return null;
        string? login = Sasl.LoginAnswer(user.Span);
        if (await AnswerAsync(session, "", "UGFzc3dvcmQ6") is not { } secret)
            return null;
        if (login is not null && Sasl.LoginAnswer(secret.Span) is { } password)
            return new SaslCredentials(login, "", password);
        session.SendError(Unreadable);
        return null;
    }

    /// <summary>The initial response, or what the client answers to the challenge; null when it gave up or is gone, which has been said.</summary>
    private static async Task<ReadOnlyMemory<byte>?> AnswerAsync(SmtpSession session, string initial, string challenge)
    {
        if (initial.Length > 0)
            return Encoding.ASCII.GetBytes(initial == "=" ? "" : initial);
        session.Connection.Write($"334 {challenge}\r\n");
        ReadOnlyMemory<byte>? answer = await session.ReadAnswerAsync();
        if (answer is not { } octets)
            return null;
        if (!octets.Span.SequenceEqual("*"u8))
            return octets.ToArray();
        session.SendError(Cancelled);
        return null;
    }

    private static async Task CheckAsync(SmtpSession session, SaslCredentials? credentials)
    {
        if (credentials is null)
            return;
        var attempt = new LoginAttempt(credentials.AuthenticationId, credentials.Password, MailService.Smtp, session.Connection.IsProtected, session.Client, session.Connection.Local.Address) { LookUpName = session.ReverseName.GetAsync };
        switch (await session.Services.Logins.CheckAsync(attempt, CancellationToken.None))
        {
            // Who knew nothing of this login sent them, and part of them thrown away would leave the rest to be taken for others.
            case LoginResult.Accepted when session.Connection.HasUnread:
                session.Refuse(SentAhead, "commands after AUTH");
                session.Close();
                break;
            case LoginResult.Accepted accepted:
                session.LogIn(accepted.User);
                session.Send(Responses.AuthOk);
                session.Services.Trail.Authenticated(session.ServiceName, credentials.AuthenticationId, session.Client.ToString());
                break;
            case LoginResult.Refused refused:
                Log.LoginRefused(session.Services.Logger, session.ServiceName, credentials.AuthenticationId, session.Client, refused.LogReason);
                session.Services.Trail.Refused(session.ServiceName, "login", session.Client.ToString(), refused.Reply.Smtp.ToString());
                session.SendError(refused.Reply.Smtp);
                break;
        }
    }
}
