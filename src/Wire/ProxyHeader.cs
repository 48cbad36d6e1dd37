using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Text;

namespace DirMail.Wire;

/// <summary>
/// The PROXY protocol of HAProxy, versions 1 and 2: who a proxy speaks for. Whatever follows from its sender counts as the client's own octets.
/// </summary>
/// <param name="Client">Null with <see cref="Own"/>: the proxy speaks for itself (LOCAL, UNKNOWN), and the connection's own addresses hold.</param>
/// <param name="Server">The address that the client connected to.</param>
internal sealed record ProxyHeader(IPEndPoint? Client, IPEndPoint? Server)
{
    private const int MaxText = 107, FixedOctets = 16;

    /// <summary>The addresses take 216 at most; extensions that nobody here reads follow.</summary>
    private const int MaxBinary = 4096;

    public static ProxyHeader Own { get; } = new(null, null);

    private static ReadOnlySpan<byte> Signature => "\r\n\r\n\0\r\nQUIT\n"u8;

    /// <summary>False: more octets are needed. True with null: this is no such header, and never will be.</summary>
    /// <param name="consumed">Behind the header; the start while there is none.</param>
    public static bool TryRead(in ReadOnlySequence<byte> octets, out ProxyHeader? header, out SequencePosition consumed)
    {
        (header, consumed) = (null, octets.Start);
        Span<byte> start = stackalloc byte[(int)Math.Min(octets.Length, MaxText)];
        octets.Slice(0, start.Length).CopyTo(start);
        if (start.Length == 0)
            return false;
        int used;
        if (start[0] == Signature[0])
        {
            if (!TryBinaryLength(start, out used))
                return false;
            if (used > octets.Length)
                return false;
            header = used == 0 ? null : Binary(octets.Slice(0, used).ToArray());
        }
        else
        {
            if (!TryTextLength(start, out used))
                return false;
            header = used == 0 ? null : Text(Encoding.ASCII.GetString(start[..(used - 2)]));
        }
        consumed = header is null ? octets.Start : octets.GetPosition(used);
        return true;
    }

    /// <summary>"PROXY TCP4 source destination sourcePort destinationPort". Zero octets: nothing of the kind.</summary>
    private static bool TryTextLength(ReadOnlySpan<byte> start, out int used)
    {
        ReadOnlySpan<byte> word = "PROXY "u8;
        int end = start.IndexOf("\r\n"u8);
        used = end + 2;
        if (start[..Math.Min(start.Length, word.Length)].SequenceEqual(word[..Math.Min(start.Length, word.Length)]) && (end >= 0 || start.Length < MaxText))
            return end >= 0;
        used = 0;
        return true;
    }

    private static ProxyHeader? Text(string line)
    {
        string[] words = line.Split(' ');
        return words switch
        {
            ["PROXY", "UNKNOWN", ..] => Own,
            ["PROXY", "TCP4", var client, var server, var clientPort, var serverPort] => Of(EndPoint(client, clientPort, 4), EndPoint(server, serverPort, 4)),
            ["PROXY", "TCP6", var client, var server, var clientPort, var serverPort] => Of(EndPoint(client, clientPort, 16), EndPoint(server, serverPort, 16)),
            _ => null,
        };
    }

    private static ProxyHeader? Of(IPEndPoint? client, IPEndPoint? server) => client is null || server is null ? null : new(client, server);

    /// <summary>Four full numbers, or an IPv6 address, as the form says; anything else that the framework also reads is none.</summary>
    private static IPEndPoint? EndPoint(string address, string port, int octets) =>
        IPAddress.TryParse(address, out IPAddress? parsed) && parsed.GetAddressBytes().Length == octets && (octets == 16 || parsed.ToString() == address) && !address.Contains('%')
        && ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out ushort number)
            ? new(Plain(parsed), number) : null;

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private static bool TryBinaryLength(ReadOnlySpan<byte> start, out int used)
    {
        used = 0;
        int known = Math.Min(start.Length, Signature.Length);
        if (!start[..known].SequenceEqual(Signature[..known]))
            return true;
        if (start.Length < FixedOctets)
            return false;
        int length = FixedOctets + BinaryPrimitives.ReadUInt16BigEndian(start[14..]);
        used = length <= MaxBinary ? length : 0;
        return true;
    }

    private static ProxyHeader? Binary(ReadOnlySpan<byte> octets)
    {
        const int Local = 0x20, Proxy = 0x21, Unspecified = 0x00, Tcp4 = 0x11, Tcp6 = 0x21;
        ReadOnlySpan<byte> addresses = octets[FixedOctets..];
        return (octets[12], octets[13]) switch
        {
            (Local, _) => Own,
            (Proxy, Unspecified) => Own,
            (Proxy, Tcp4) when addresses.Length >= 12 => Ends(addresses, 4),
            (Proxy, Tcp6) when addresses.Length >= 36 => Ends(addresses, 16),
            _ => null,
        };
    }

    private static ProxyHeader Ends(ReadOnlySpan<byte> addresses, int octets) => new(
        new(Plain(new(addresses[..octets])), BinaryPrimitives.ReadUInt16BigEndian(addresses[(2 * octets)..])),
        new(Plain(new(addresses.Slice(octets, octets))), BinaryPrimitives.ReadUInt16BigEndian(addresses[(2 * octets + 2)..])));
}
