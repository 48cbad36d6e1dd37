namespace DirMail.Servers.Pop3.Commands;

/// <summary>RFC 6856 3: which language the texts of answers are in. There is one; a wish for a variety of it is granted by it (RFC 4647 3.4).</summary>
internal static class Lang
{
    private const string Only = "en";

    public static Task<Answer> RunAsync(Pop3Session session, string argument, CancellationToken cancellationToken)
    {
        if (argument.Length == 0)
        {
            session.Connection.Write($"+OK language listing follows\r\n{Only} English\r\n.\r\n");
            return Task.FromResult(Answer.Written);
        }
        return Task.FromResult(IsOurs(argument) ? Answer.Ok($"{Only} answers are in English") : Answer.Error("no such language, only en"));
    }

    /// <summary>"*": whatever the server likes.</summary>
    private static bool IsOurs(string range) =>
        range is "*" || range.Equals("i-default", StringComparison.OrdinalIgnoreCase) || range.Equals(Only, StringComparison.OrdinalIgnoreCase) || range.StartsWith(Only + "-", StringComparison.OrdinalIgnoreCase);
}
