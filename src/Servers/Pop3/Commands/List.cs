using DirMail.Store;

namespace DirMail.Servers.Pop3.Commands;

/// <summary>RFC 1939 5: number and octets of one message, or of all that are not marked.</summary>
internal static class List
{
    public static Task<Answer> RunAsync(Pop3Session session, string argument, CancellationToken cancellationToken) =>
        Listing.SendAsync(session, argument, static (_, entry) => entry.Octets.ToString(System.Globalization.CultureInfo.InvariantCulture), cancellationToken);
}

/// <summary>The common form of LIST and UIDL.</summary>
internal static class Listing
{
    /// <summary>Unflushed octets at which the client's pace is waited for.</summary>
    private const int FlushOctets = 64 * 1024;

    public static async Task<Answer> SendAsync(Pop3Session session, string argument, Func<Maildrop, MailboxEntry, string> value, CancellationToken cancellationToken)
    {
        Maildrop maildrop = session.Maildrop!;
        if (argument.Length > 0)
            return Arguments.Message(session, argument, out int number, out Answer problem) is { } entry ? Answer.Ok($"{number} {value(maildrop, entry)}") : problem;
        session.IsMidResponse = true;
        session.Connection.Write($"+OK {maildrop.Count} messages\r\n");
        foreach ((int each, MailboxEntry message) in maildrop.Messages)
        {
            session.Connection.Write($"{each} {value(maildrop, message)}\r\n");
            if (session.Connection.Output.UnflushedBytes >= FlushOctets)
                await session.Connection.FlushAsync(cancellationToken);
        }
        session.Connection.Write(".\r\n");
        session.IsMidResponse = false;
        return Answer.Written;
    }
}
