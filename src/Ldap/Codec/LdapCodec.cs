using System.Buffers;
using System.Formats.Asn1;

namespace DirMail.Ldap.Codec;

public enum LdapReadStatus
{
    /// <summary>The octets so far may begin a message: read more.</summary>
    Incomplete,

    /// <summary>One message was taken off the buffer.</summary>
    Message,

    /// <summary>What comes can never be a message, or is a larger one than allowed: the connection must end (RFC 4511 4.1.1).</summary>
    Malformed,
}

/// <summary>
/// Octets to messages and back, for the client and for the embedded server. Reading never throws on what a peer sends; its memory is bounded by
/// a small multiple of the message's octets, and those by the limit, which is checked before the message is waited for.
/// </summary>
public static class LdapCodec
{
    /// <summary>For a client; a server does well with less for peers it does not know yet.</summary>
    public const int DefaultMaxOctets = 16 * 1024 * 1024;

    private const int LongestHeader = 6;

    [ThreadStatic]
    private static AsnWriter? s_writer;

    /// <summary>Takes one message off the front of <paramref name="buffer"/>; leaves it untouched unless the answer is <see cref="LdapReadStatus.Message"/>.</summary>
    public static LdapReadStatus Read(ref ReadOnlySequence<byte> buffer, int maxOctets, out LdapMessage? message, out string? error)
    {
        message = null;
        LdapReadStatus status = Frame(buffer, maxOctets, out int size, out error);
        if (status != LdapReadStatus.Message)
            return status;
        ReadOnlySequence<byte> octets = buffer.Slice(0, size);
        if (octets.IsSingleSegment)
        {
            message = MessageReader.Read(octets.FirstSpan, out error);
        }
        else
        {
            byte[] whole = ArrayPool<byte>.Shared.Rent(size);
            octets.CopyTo(whole);
            message = MessageReader.Read(whole.AsSpan(0, size), out error);
            ArrayPool<byte>.Shared.Return(whole, clearArray: true);
        }
        if (message is null)
            return LdapReadStatus.Malformed;
        buffer = buffer.Slice(size);
        return LdapReadStatus.Message;
    }

    /// <summary>Writes the message; gives its size in octets.</summary>
    public static int Write(LdapMessage message, IBufferWriter<byte> to)
    {
        AsnWriter writer = s_writer ??= new AsnWriter(AsnEncodingRules.BER, 4096);
        try
        {
            MessageWriter.Write(writer, message);
            int size = writer.GetEncodedLength();
            writer.Encode(to.GetSpan(size));
            to.Advance(size);
            return size;
        }
        finally
        {
            // One large message must not hold its memory for the thread's life.
            if (writer.GetEncodedLength() > 1024 * 1024)
                s_writer = null;
            writer.Reset();
        }
    }

    public static byte[] Write(LdapMessage message)
    {
        var buffer = new ArrayBufferWriter<byte>();
        Write(message, buffer);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Size of the message at the front, header included.</summary>
    private static LdapReadStatus Frame(in ReadOnlySequence<byte> buffer, int maxOctets, out int size, out string? error)
    {
        size = 0;
        error = null;
        Span<byte> front = stackalloc byte[LongestHeader];
        int have = (int)Math.Min(buffer.Length, LongestHeader);
        buffer.Slice(0, have).CopyTo(front);
        front = front[..have];
        if (have > 0 && front[0] != 0x30)
            return Malformed("the peer does not speak LDAP", out error);
        if (have < 2)
            return LdapReadStatus.Incomplete;
        int lengthOctets = front[1] < 0x80 ? 0 : front[1] & 0x7f;
        if (front[1] == 0x80 || lengthOctets > 4)
            return Malformed("a message length that LDAP does not allow", out error);
        if (have < 2 + lengthOctets)
            return LdapReadStatus.Incomplete;
        long content = lengthOctets == 0 ? front[1] : 0;
        foreach (byte octet in front.Slice(2, lengthOctets))
            content = (content << 8) | octet;
        if (content + 2 + lengthOctets > maxOctets)
            return Malformed($"a message of {content} octets, {maxOctets} allowed", out error);
        size = (int)content + 2 + lengthOctets;
        return buffer.Length < size ? LdapReadStatus.Incomplete : LdapReadStatus.Message;
    }

    private static LdapReadStatus Malformed(string reason, out string? error)
    {
        error = reason;
        return LdapReadStatus.Malformed;
    }
}
