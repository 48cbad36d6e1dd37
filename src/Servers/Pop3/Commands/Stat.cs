namespace DirMail.Servers.Pop3.Commands;

/// <summary>RFC 1939 5: number and octets of what is not marked. Sizes come with the entries, no content is read.</summary>
internal static class Stat
{
    public static Task<Answer> RunAsync(Pop3Session session, string argument, CancellationToken cancellationToken) =>
        Task.FromResult(Answer.Ok($"{session.Maildrop!.Count} {session.Maildrop.Octets}"));
}
