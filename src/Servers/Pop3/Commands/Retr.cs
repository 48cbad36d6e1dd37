namespace DirMail.Servers.Pop3.Commands;

/// <summary>RFC 1939 5: one whole message. It does not become \Seen: only its person knows whether it was read.</summary>
internal static class Retr
{
    public static async Task<Answer> RunAsync(Pop3Session session, string argument, CancellationToken cancellationToken) =>
        Arguments.Message(session, argument, out int number, out Answer problem) is not null
            ? await MessageSender.SendAsync(session, number, null, cancellationToken)
            : problem;
}
