namespace DirMail.Servers.Pop3.Commands;

/// <summary>RFC 1939 5: takes all marks back.</summary>
internal static class Rset
{
    public static Task<Answer> RunAsync(Pop3Session session, string argument, CancellationToken cancellationToken)
    {
        session.Maildrop!.UnmarkAll();
        return Task.FromResult(Answer.Ok($"{session.Maildrop.Count} messages ({session.Maildrop.Octets} octets)"));
    }
}
