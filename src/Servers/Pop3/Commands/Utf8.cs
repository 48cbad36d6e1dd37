namespace DirMail.Servers.Pop3.Commands;

/// <summary>
/// RFC 6856 2: the client takes UTF-8 in headers and answers. Names and passwords are UTF-8 with or without it, and messages are sent as they were received: nothing is rewritten for
/// clients that did not ask, who have met octets above 127 in headers long before this.
/// </summary>
internal static class Utf8
{
    public static Task<Answer> RunAsync(Pop3Session session, string argument, CancellationToken cancellationToken) =>
        Task.FromResult(argument.Length > 0 ? Answer.Bad("UTF8 takes no argument") : Answer.Ok("UTF-8 it is"));
}
