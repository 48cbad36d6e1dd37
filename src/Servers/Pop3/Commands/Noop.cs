namespace DirMail.Servers.Pop3.Commands;

/// <summary>RFC 1939 5.</summary>
internal static class Noop
{
    public static Task<Answer> RunAsync(Pop3Session session, string argument, CancellationToken cancellationToken) => Task.FromResult(Answer.Ok("nothing done"));
}
