using System.Text;
using DirMail.Mail;
using DirMail.Servers.Imap.Grammar;
using DirMail.Wire;

namespace DirMail.Servers.Imap.Commands;

/// <summary>RFC 9051 6.2.2: PLAIN (RFC 4616), with or without an initial response (SASL-IR).</summary>
internal static class Authenticate
{
    public static async Task<Completion> RunAsync(ImapSession session, ImapReader arguments, CancellationToken cancellationToken)
    {
        arguments.Space();
        string mechanism = arguments.Word();
        string? response = arguments.Take(' ') ? arguments.Run(static octet => octet > ' ', "base64") : null;
        if (!arguments.End())
            return Completion.Bad(arguments.Error);
        if (mechanism != "PLAIN")
            return Completion.No("[CANNOT] only PLAIN is available");
        if (!session.MayLogIn)
            return Completion.Refused(Responses.PrivacyRequired);
        if ((response ?? await AskAsync(session, cancellationToken)) is not { } base64)
            return Completion.Bad("cancelled");
        if (Sasl.Plain(Encoding.UTF8.GetBytes(base64 == "=" ? "" : base64)) is not { } credentials)
            return Completion.Bad("cannot read the response");
        if (!credentials.IsForSelf)
            return Completion.No("[AUTHORIZATIONFAILED] log in as yourself");
        return await Login.CheckAsync(session, credentials.AuthenticationId, credentials.Password, cancellationToken);
    }

    /// <summary>Null: cancelled with "*", not a line, or gone.</summary>
    private static async Task<string?> AskAsync(ImapSession session, CancellationToken cancellationToken)
    {
        session.Writer.Line("+ ");
        await session.Connection.FlushAsync(cancellationToken);
        Line line = await session.LineAsync(cancellationToken);
        return line.Status == LineStatus.Ok && !line.Octets.Span.SequenceEqual("*"u8) ? Encoding.UTF8.GetString(line.Octets.Span) : null;
    }
}
