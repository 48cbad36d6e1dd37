using DirMail.Mail;

namespace DirMail.Servers.Smtp;

internal static class Rset
{
    public static async Task RunAsync(SmtpSession session, string argument)
    {
        await session.EndTransactionAsync();
        session.Send(Responses.Ok);
    }
}

internal static class Noop
{
    public static Task RunAsync(SmtpSession session, string argument)
    {
        session.Send(Responses.Ok);
        return Task.CompletedTask;
    }
}

/// <summary>Tells nobody which addresses exist (RFC 5321 7.3).</summary>
internal static class Vrfy
{
    private static readonly Reply CannotSay = new(252, new(2, 1, 5), "cannot say, but send it and see");

    public static Task RunAsync(SmtpSession session, string argument)
    {
        session.Send(CannotSay);
        return Task.CompletedTask;
    }
}

internal static class Help
{
    public static Task RunAsync(SmtpSession session, string argument)
    {
        session.Send(new(214, new(2, 0, 0), string.Join(' ', SmtpCommand.SpokenBy(session.Services.Role).Select(static command => command.Verb))));
        return Task.CompletedTask;
    }
}

internal static class Quit
{
    public static Task RunAsync(SmtpSession session, string argument)
    {
        session.Close(Responses.Bye);
        return Task.CompletedTask;
    }
}
