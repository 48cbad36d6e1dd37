namespace DirMail.Servers.Pop3.Commands;

/// <summary>RFC 1939 5: marks a message; QUIT removes it.</summary>
internal static class Dele
{
    public static Task<Answer> RunAsync(Pop3Session session, string argument, CancellationToken cancellationToken)
    {
        if (Arguments.Message(session, argument, out int number, out Answer problem) is null)
            return Task.FromResult(problem);
        session.Maildrop!.Mark(number);
        return Task.FromResult(Answer.Ok($"message {number} deleted"));
    }
}
