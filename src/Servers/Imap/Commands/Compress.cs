using DirMail.Servers.Imap.Grammar;

namespace DirMail.Servers.Imap.Commands;

/// <summary>COMPRESS DEFLATE (RFC 4978).</summary>
internal static class Compress
{
    public static async Task<Completion> RunAsync(ImapSession session, ImapReader arguments, CancellationToken cancellationToken)
    {
        arguments.Space();
        string mechanism = arguments.Word();
        if (!arguments.End())
            return Completion.Bad(arguments.Error);
        if (mechanism != "DEFLATE")
            return Completion.No("[CANNOT] only DEFLATE is available");
        if (session.Connection.IsCompressed)
            return Completion.No("[COMPRESSIONACTIVE] already compressed");
        session.Writer.Line($"{session.Tag} OK compressed from here on");
        await session.Connection.FlushAsync(cancellationToken);
        session.Connection.StartDeflate();
        session.RenewWriter();
        return Completion.Answered;
    }
}
