namespace DirMail.Servers.Pop3.Commands;

/// <summary>RFC 2595 4. What the client said before is forgotten; what it sent ahead in plain text is thrown away.</summary>
internal static class Stls
{
    public static async Task<Answer> RunAsync(Pop3Session session, string argument, CancellationToken cancellationToken)
    {
        if (!session.MayStartTls)
            return Answer.Bad("TLS is not possible here, or already on");
        session.UserName = null;
        session.Connection.Write("+OK begin TLS\r\n");
        if (await session.Connection.StartTlsAsync(session.Services.Certificates!, cancellationToken))
            return Answer.Written;
        session.Services.Logger.HandshakeFailed(session.Connection.Remote.Address, session.Connection.TlsFailure ?? "");
        return Answer.Closed;
    }
}
