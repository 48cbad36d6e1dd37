namespace DirMail.Servers.Pop3.Commands;

/// <summary>RFC 1939 7: the header and the first lines of the body.</summary>
internal static class Top
{
    public static async Task<Answer> RunAsync(Pop3Session session, string argument, CancellationToken cancellationToken)
    {
        string[] words = argument.Split(' ');
        if (words.Length != 2 || !Arguments.TryNumber(words[1], out int lines))
            return Answer.Bad("give a message number and a number of lines");
        return Arguments.Message(session, words[0], out int number, out Answer problem) is not null
            ? await MessageSender.SendAsync(session, number, lines, cancellationToken)
            : problem;
    }
}
