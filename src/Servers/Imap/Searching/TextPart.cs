using System.Buffers;
using System.Text;
using DirMail.Mail.Mime;

namespace DirMail.Servers.Imap.Searching;

/// <summary>Looks through a text part: transfer encoding and charset are undone piece by piece.</summary>
internal static class TextPart
{
    private const int PieceOctets = 32 * 1024;

    /// <summary>False, too, for a part whose encoding is not known.</summary>
    public static async ValueTask<bool> HoldsAsync(StoredMessage message, MimePart part, string text, CancellationToken cancellationToken)
    {
        if (TransferDecoder.For(part.Encoding) is not { } decoder)
            return false;
        TextWindow window = new(CharsetOf(part), text);
        ArrayBufferWriter<byte> decoded = new(PieceOctets);
        byte[] piece = ArrayPool<byte>.Shared.Rent(PieceOctets);
        try
        {
            long end = message.Shown(part.BodyEnd);
            for (long at = message.Shown(part.BodyStart); at < end;)
            {
                int read = await message.Content.ReadAsync(at, piece.AsMemory(0, (int)Math.Min(PieceOctets, end - at)), cancellationToken);
                if (read == 0)
                    break;
                at += read;
                decoder.Write(piece.AsSpan(0, read), decoded);
                if (window.Add(decoded.WrittenSpan, isLast: false))
                    return true;
                decoded.ResetWrittenCount();
            }
            decoder.Complete(decoded);
            return window.Add(decoded.WrittenSpan, isLast: true);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }

    /// <summary>What says nothing, or something unknown, is mostly UTF-8 or ASCII.</summary>
    public static Encoding CharsetOf(MimePart part)
    {
        foreach (MimeParameter parameter in part.Parameters)
        {
            if (parameter.Name.Equals("charset", StringComparison.OrdinalIgnoreCase))
                return Charsets.Find(parameter.Value) is { } found && found.CodePage != Encoding.ASCII.CodePage ? found : Encoding.UTF8;
        }
        return Encoding.UTF8;
    }

    /// <summary>The characters seen last, so that a text that lies across two pieces is found.</summary>
    private sealed class TextWindow(Encoding charset, string text)
    {
        private readonly Decoder _decoder = charset.GetDecoder();
        private char[] _characters = new char[PieceOctets + text.Length];
        private int _kept;

        public bool Add(ReadOnlySpan<byte> octets, bool isLast)
        {
            int most = _kept + charset.GetMaxCharCount(octets.Length);
            if (most > _characters.Length)
                Array.Resize(ref _characters, most);
            int length = _kept + _decoder.GetChars(octets, _characters.AsSpan(_kept), isLast);
            if (_characters.AsSpan(0, length).Contains(text, StringComparison.OrdinalIgnoreCase))
                return true;
            _kept = Math.Min(text.Length - 1, length);
            Array.Copy(_characters, length - _kept, _characters, 0, _kept);
            return false;
        }
    }
}
