using DirMail.Servers.Imap.Grammar;

namespace DirMail.Servers.Imap.Commands;

/// <summary>RFC 2971. What the client says of itself is read over.</summary>
internal static class Id
{
    /// <summary>RFC 2971 3.3: pairs that a client may send.</summary>
    private const int MaxPairs = 30;

    public static Task<Completion> RunAsync(ImapSession session, ImapReader arguments, CancellationToken cancellationToken)
    {
        arguments.Space();
        ReadPairs(arguments);
        if (!arguments.End())
            return Task.FromResult(Completion.Bad(arguments.Error));
        session.Writer.Line("* ID (\"name\" \"DirMail\")");
        return Task.FromResult(Completion.Ok("ID completed"));
    }

    private static void ReadPairs(ImapReader arguments)
    {
        if (arguments.Next != '(')
        {
            arguments.NString();
            return;
        }
        arguments.Open();
        for (int pairs = 0; arguments.Ok && arguments.Next != ')'; pairs++)
        {
            if (pairs >= MaxPairs)
                arguments.Fail("too many fields");
            arguments.String();
            arguments.Space();
            arguments.NString();
            arguments.Take(' ');
        }
        arguments.Close();
    }
}
