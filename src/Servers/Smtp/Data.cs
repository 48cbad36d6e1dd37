using DirMail.Mail;
using DirMail.Wire;

namespace DirMail.Servers.Smtp;

/// <summary>DATA: the octets go straight from the connection's buffers into the store's writer, in pieces as large as they came.</summary>
internal static class Data
{
    public static async Task RunAsync(SmtpSession session, string argument)
    {
        if (argument.Length > 0 || session.Transaction!.Parameters.Body == BodyType.BinaryMime)
        {
            session.SendError(argument.Length > 0 ? Responses.BadSyntax : Responses.BinaryNeedsChunks);
            if (session.Connection.HasUnread)
                session.Close();
            return;
        }
        session.Send(Responses.StartInput);
        await session.Connection.FlushAsync(CancellationToken.None);
        await using var message = session.NewMessage();
        LineStatus status = await ReadAsync(session, message);
        if (status == LineStatus.Ok)
            await AtTheDot.RunAsync(session, message);
        else
            session.EndBy(status);
    }

    private static async Task<LineStatus> ReadAsync(SmtpSession session, IncomingMessage message)
    {
        Connection connection = session.Connection;
        var dots = new DotReader();
        var pace = new ContentPace(session.Services.Settings.SmtpIdle);
        while (!dots.IsEnded)
        {
            Chunk chunk = await connection.ReadAsync(pace, CancellationToken.None);
            if (chunk.Status != LineStatus.Ok)
                return chunk.Status;
            long used = 0;
            foreach (ReadOnlyMemory<byte> piece in chunk.Octets)
            {
                int position = 0;
                while (dots.Next(piece.Span, ref position, out Range range))
                    await message.WriteAsync(piece[range], CancellationToken.None);
                used += position;
            }
            connection.Input.AdvanceTo(chunk.Octets.GetPosition(used));
        }
        if (dots.HasBareLineEnd)
            message.Refuse(Responses.BareLineEnd);
        return LineStatus.Ok;
    }
}
