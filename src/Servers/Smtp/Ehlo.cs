using System.Text;
using DirMail.Mail;

namespace DirMail.Servers.Smtp;

/// <summary>EHLO, and LMTP's LHLO (RFC 2033 4.1): offers what the table of extensions has, and nothing else (RFC 5321 4.1.1.1).</summary>
internal static class Ehlo
{
    public static async Task RunAsync(SmtpSession session, string argument)
    {
        if (!Greeting.IsName(argument))
        {
            session.SendError(Responses.BadSyntax);
            return;
        }
        await session.SayHelloAsync(argument, true);
        string[] lines = [await Greeting.HelloAsync(session, argument), .. SmtpExtension.All.Where(extension => extension.IsThereFor(session)).Select(extension => extension.Line(session))];
        var reply = new StringBuilder();
        for (int i = 0; i < lines.Length; i++)
            reply.Append("250").Append(i == lines.Length - 1 ? ' ' : '-').Append(lines[i]).Append("\r\n");
        session.Connection.Write(reply.ToString());
    }
}

internal static class Helo
{
    public static async Task RunAsync(SmtpSession session, string argument)
    {
        if (!Greeting.IsName(argument))
        {
            session.SendError(Responses.BadSyntax);
            return;
        }
        await session.SayHelloAsync(argument, false);
        session.Connection.Write($"250 {await Greeting.HelloAsync(session, argument)}\r\n");
    }
}
