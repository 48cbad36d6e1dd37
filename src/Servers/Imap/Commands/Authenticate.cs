using System.Text;
using DirMail.Mail;
using DirMail.Servers.Imap.Grammar;
using DirMail.Wire;

namespace DirMail.Servers.Imap.Commands;

/// <summary>RFC 9051 6.2.2: PLAIN (RFC 4616), and LOGIN, which no RFC describes, for clients that know nothing else; with or without an initial response (SASL-IR).</summary>
internal static class Authenticate
{
    private static readonly string s_userName = Convert.ToBase64String("Username:"u8), s_password = Convert.ToBase64String("Password:"u8);

    public static async Task<Completion> RunAsync(ImapSession session, ImapReader arguments, CancellationToken cancellationToken)
    {
        arguments.Space();
        string mechanism = arguments.Word();
        string? response = arguments.Take(' ') ? arguments.Run(static octet => octet > ' ', "base64") : null;
        if (!arguments.End())
            return Completion.Bad(arguments.Error);
        if (mechanism is not ("PLAIN" or "LOGIN"))
            return Completion.No("[CANNOT] only PLAIN and LOGIN are available");
        if (!session.MayLogIn)
            return Completion.Refused(Responses.PrivacyRequired);
        if ((response ?? await AskAsync(session, mechanism == "PLAIN" ? "" : s_userName, cancellationToken)) is not { } first)
            return Completion.Bad("cancelled");
        return mechanism == "PLAIN" ? await PlainAsync(session, first, cancellationToken) : await LoginAsync(session, first, cancellationToken);
    }

    private static async Task<Completion> PlainAsync(ImapSession session, string base64, CancellationToken cancellationToken)
    {
        if (Sasl.Plain(Encoding.UTF8.GetBytes(base64 == "=" ? "" : base64)) is not { } credentials)
            return Completion.Bad("cannot read the response");
        if (!credentials.IsForSelf)
            return Completion.No("[AUTHORIZATIONFAILED] log in as yourself");
        return await Login.CheckAsync(session, credentials.AuthenticationId, credentials.Password, cancellationToken);
    }

    private static async Task<Completion> LoginAsync(ImapSession session, string user, CancellationToken cancellationToken)
    {
        if (await AskAsync(session, s_password, cancellationToken) is not { } secret)
            return Completion.Bad("cancelled");
        if (Sasl.LoginAnswer(Encoding.UTF8.GetBytes(user)) is not { Length: > 0 } name || Sasl.LoginAnswer(Encoding.UTF8.GetBytes(secret)) is not { } password)
            return Completion.Bad("cannot read the response");
        return await Login.CheckAsync(session, name, password, cancellationToken);
    }

    /// <summary>Null: cancelled with "*", not a line, or gone.</summary>
    private static async Task<string?> AskAsync(ImapSession session, string challenge, CancellationToken cancellationToken)
    {
        session.Writer.Line($"+ {challenge}");
        await session.Connection.FlushAsync(cancellationToken);
        Line line = await session.LineAsync(cancellationToken);
        return line.Status == LineStatus.Ok && !line.Octets.Span.SequenceEqual("*"u8) ? Encoding.UTF8.GetString(line.Octets.Span) : null;
    }
}
