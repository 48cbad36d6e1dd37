namespace DirMail.Servers.Pop3.Commands;

/// <summary>RFC 2449 5: what the table's rows say of themselves, and no more.</summary>
internal static class Capa
{
    public static Task<Answer> RunAsync(Pop3Session session, string argument, CancellationToken cancellationToken)
    {
        session.Connection.Write("+OK\r\n");
        foreach (Pop3Command row in Pop3CommandTable.Rows.Where(row => row.IsOffered(session)))
            foreach (string capability in row.Told(session) is { } told ? row.Capabilities.Append(told) : row.Capabilities)
                session.Connection.Write(capability + "\r\n");
        session.Connection.Write(".\r\n");
        return Task.FromResult(Answer.Written);
    }
}
