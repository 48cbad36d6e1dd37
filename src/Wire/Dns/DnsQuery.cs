using System.Buffers.Binary;
using System.Text;

namespace DirMail.Wire;

/// <summary>Writes one question (RFC 1035 4.1), with or without EDNS (RFC 6891).</summary>
internal static class DnsQuery
{
    /// <summary>Fits into every path's packet (DNS flag day 2020), so that no answer is fragmented.</summary>
    public const int UdpOctets = 1232;

    private const int HeaderOctets = 12, MaxName = 253, MaxLabel = 63;
    /// <summary>Asks to be told whether the answer was validated, without its proofs (RFC 6840 5.7).</summary>
    private const ushort AuthenticDesired = 0x0020;
    private const ushort RecursionDesired = 0x0100, ClassInternet = 1;

    /// <summary>Null when the name cannot stand in a question: empty labels, too long, not ASCII.</summary>
    public static byte[]? Write(ushort id, DnsQuestion question, bool edns)
    {
        if (!IsName(question.Name))
            return null;
        var message = new byte[HeaderOctets + question.Name.Length + 2 + 4 + (edns ? 11 : 0)];
        Span<byte> rest = message;
        Put(ref rest, id);
        Put(ref rest, RecursionDesired | AuthenticDesired);
        Put(ref rest, 1);
        Put(ref rest, 0);
        Put(ref rest, 0);
        Put(ref rest, (ushort)(edns ? 1 : 0));
        PutName(ref rest, question.Name);
        Put(ref rest, (ushort)question.Type);
        Put(ref rest, ClassInternet);
        if (edns)
        {
            // root name, type OPT, our UDP size, no flags, no options
            rest = rest[1..];
            Put(ref rest, (ushort)DnsType.Opt);
            Put(ref rest, UdpOctets);
        }
        return message;
    }

    /// <summary>Lower case and without the dot at the end: the form questions and records are compared in.</summary>
    public static string Canonical(string name) => (name.EndsWith('.') ? name[..^1] : name).ToLowerInvariant();

    private static bool IsName(string name)
    {
        if (name.Length is 0 or > MaxName || !Ascii.IsValid(name))
            return false;
        foreach (Range label in name.AsSpan().Split('.'))
            if (name.AsSpan(label).Length is 0 or > MaxLabel)
                return false;
        return true;
    }

    private static void PutName(ref Span<byte> rest, string name)
    {
        foreach (Range range in name.AsSpan().Split('.'))
        {
            ReadOnlySpan<char> label = name.AsSpan(range);
            rest[0] = (byte)label.Length;
            Encoding.ASCII.GetBytes(label, rest[1..]);
            rest = rest[(label.Length + 1)..];
        }
        rest = rest[1..];
    }

    private static void Put(ref Span<byte> rest, ushort value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(rest, value);
        rest = rest[2..];
    }
}
