using System.Text;
using DirMail.Mail;
using DirMail.Wire;

namespace DirMail.Servers.Pop3.Commands;

/// <summary>RFC 5034: PLAIN (RFC 4616) and LOGIN, with or without an initial response; alone it lists them, as clients older than CAPA ask.</summary>
internal static class Auth
{
    private static readonly string UserName = Convert.ToBase64String("Username:"u8);
    private static readonly string Password = Convert.ToBase64String("Password:"u8);

    public static async Task<Answer> RunAsync(Pop3Session session, string argument, CancellationToken cancellationToken)
    {
        if (argument.Length == 0)
        {
            session.Connection.Write($"+OK\r\n{(session.MayLogIn ? "PLAIN\r\nLOGIN\r\n" : "")}.\r\n");
            return Answer.Written;
        }
        string[] words = argument.Split(' ');
        string mechanism = words[0].ToUpperInvariant();
        if (mechanism is not ("PLAIN" or "LOGIN") || words.Length > 2)
            return Answer.Bad("only AUTH PLAIN and LOGIN are available");
        if (!session.MayLogIn)
            return Answer.Refused(Responses.PrivacyRequired);
        session.UserName = null;
        if ((words.Length == 2 ? words[1] : await AskAsync(session, mechanism == "PLAIN" ? "" : UserName, cancellationToken)) is not { } response)
            return Answer.Bad("cancelled");
        return mechanism == "PLAIN" ? await PlainAsync(session, response, cancellationToken) : await LoginAsync(session, response, cancellationToken);
    }

    private static async Task<Answer> PlainAsync(Pop3Session session, string response, CancellationToken cancellationToken)
    {
        if (Sasl.Plain(Encoding.UTF8.GetBytes(response)) is not { } credentials)
            return Answer.Bad("cannot read the response");
        if (!credentials.IsForSelf)
            return Answer.Bad("[AUTH] log in as yourself");
        return await Pass.LogInAsync(session, credentials.AuthenticationId, credentials.Password, cancellationToken);
    }

    private static async Task<Answer> LoginAsync(Pop3Session session, string response, CancellationToken cancellationToken)
    {
        if (await AskAsync(session, Password, cancellationToken) is not { } secret)
            return Answer.Bad("cancelled");
        if (Sasl.LoginAnswer(Encoding.UTF8.GetBytes(response)) is not { Length: > 0 } name || Sasl.LoginAnswer(Encoding.UTF8.GetBytes(secret)) is not { } password)
            return Answer.Bad("cannot read the response");
        return await Pass.LogInAsync(session, name, password, cancellationToken);
    }

    /// <summary>Null: cancelled with "*", no line, or gone.</summary>
    private static async Task<string?> AskAsync(Pop3Session session, string challenge, CancellationToken cancellationToken)
    {
        session.Connection.Write($"+ {challenge}\r\n");
        await session.Connection.FlushAsync(cancellationToken);
        Line line = await session.AskAsync(cancellationToken);
        return line.Status == LineStatus.Ok && !line.Octets.Span.SequenceEqual("*"u8) ? Encoding.UTF8.GetString(line.Octets.Span) : null;
    }
}
