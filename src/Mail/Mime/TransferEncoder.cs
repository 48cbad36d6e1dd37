using System.Buffers;

namespace DirMail.Mail.Mime;

/// <summary>Writes a body in a transfer encoding (RFC 2045 6), in any pieces. What it writes ends without a line end: the one before the next boundary is not the body's.</summary>
internal abstract class TransferEncoder
{
    public abstract void Write(ReadOnlySpan<byte> octets, IBufferWriter<byte> output);

    /// <summary>After the last octet.</summary>
    public abstract void Complete(IBufferWriter<byte> output);
}
