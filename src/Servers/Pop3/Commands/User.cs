using DirMail.Mail;

namespace DirMail.Servers.Pop3.Commands;

/// <summary>RFC 1939 7. Says nothing about whether there is such a user.</summary>
internal static class User
{
    public static Task<Answer> RunAsync(Pop3Session session, string argument, CancellationToken cancellationToken)
    {
        if (!session.MayLogIn)
            return Task.FromResult(Answer.Refused(Responses.PrivacyRequired));
        if (argument.Length == 0)
            return Task.FromResult(Answer.Bad("give a user name"));
        session.UserName = argument;
        return Task.FromResult(Answer.Ok("send PASS"));
    }
}
