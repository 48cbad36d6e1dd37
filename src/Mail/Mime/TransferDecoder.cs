using System.Buffers;

namespace DirMail.Mail.Mime;

/// <summary>
/// Undoes a Content-Transfer-Encoding as the body streams by, in any pieces (RFC 2045 6). Never throws on content: what cannot be decoded is
/// passed over (base64) or kept as it stands (quoted-printable), and <see cref="IsDamaged"/> says so.
/// </summary>
public abstract class TransferDecoder
{
    private protected TransferDecoder() { }

    /// <summary>Something was met that the encoding does not allow.</summary>
    public bool IsDamaged { get; private protected set; }

    /// <summary>Whether what is encoded so is what it was before.</summary>
    public static bool IsPlain(string encoding) => encoding.ToLowerInvariant() is "7bit" or "8bit" or "binary";

    /// <summary>Null for an encoding that is not known: the octets cannot be read then (RFC 9051 [UNKNOWN-CTE]).</summary>
    public static TransferDecoder? For(string encoding) => encoding.ToLowerInvariant() switch
    {
        "base64" => new Base64Decoder(),
        "quoted-printable" => new QuotedPrintableDecoder(),
        _ => IsPlain(encoding) ? new PlainDecoder() : null,
    };

    public abstract void Write(ReadOnlySpan<byte> octets, IBufferWriter<byte> output);

    /// <summary>After the last octet.</summary>
    public abstract void Complete(IBufferWriter<byte> output);

    private sealed class PlainDecoder : TransferDecoder
    {
        public override void Write(ReadOnlySpan<byte> octets, IBufferWriter<byte> output) => output.Write(octets);

        public override void Complete(IBufferWriter<byte> output) { }
    }
}
