using System.Text;
using DirMail.Mail;
using DirMail.Wire;

namespace DirMail.Servers.Pop3.Commands;

/// <summary>RFC 5034: PLAIN (RFC 4616), with or without an initial response.</summary>
internal static class Auth
{
    public static async Task<Answer> RunAsync(Pop3Session session, string argument, CancellationToken cancellationToken)
    {
        string[] words = argument.Split(' ');
        if (!words[0].Equals("PLAIN", StringComparison.OrdinalIgnoreCase) || words.Length > 2)
            return Answer.Bad("only AUTH PLAIN is available");
        if (!session.MayLogIn)
            return Answer.Refused(Responses.PrivacyRequired);
        session.UserName = null;
        if ((words.Length == 2 ? words[1] : await AskAsync(session, cancellationToken)) is not { } response)
            return Answer.Bad("cancelled");
        if (Sasl.Plain(Encoding.UTF8.GetBytes(response)) is not { } credentials)
            return Answer.Bad("cannot read the response");
        if (!credentials.IsForSelf)
            return Answer.Bad("[AUTH] log in as yourself");
        return await Pass.LogInAsync(session, credentials.AuthenticationId, credentials.Password, cancellationToken);
    }

    /// <summary>Null: cancelled with "*", no line, or gone.</summary>
    private static async Task<string?> AskAsync(Pop3Session session, CancellationToken cancellationToken)
    {
        session.Connection.Write("+ \r\n");
        await session.Connection.FlushAsync(cancellationToken);
        Line line = await session.AskAsync(cancellationToken);
        return line.Status == LineStatus.Ok && !line.Octets.Span.SequenceEqual("*"u8) ? Encoding.UTF8.GetString(line.Octets.Span) : null;
    }
}
