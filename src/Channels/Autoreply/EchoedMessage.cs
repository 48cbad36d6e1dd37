namespace DirMail.Channels.Autoreply;

/// <summary>The message that comes back as a part of the answer (mailAutoReplyMode: echo); of a large or binary one the header alone.</summary>
/// <param name="Start">Its first octets.</param>
/// <param name="IsWhole">There are no more.</param>
internal sealed record EchoedMessage(ReadOnlyMemory<byte> Start, bool IsWhole)
{
    private bool ComesBack => IsWhole && !Start.Span.Contains((byte)0);

    public string Type => ComesBack ? "message/rfc822" : "text/rfc822-headers";

    public ReadOnlySpan<byte> Octets
    {
        get
        {
            if (ComesBack)
                return Start.Span;
            int end = Start.Span.IndexOf("\r\n\r\n"u8);
            ReadOnlySpan<byte> header = end < 0 ? Start.Span : Start.Span[..(end + 2)];
            return header.Contains((byte)0) ? [] : header;
        }
    }
}
