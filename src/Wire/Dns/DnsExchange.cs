using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace DirMail.Wire;

/// <summary>
/// One question to one server: over UDP from a fresh random port with a random id, over TCP when the answer was cut. Octets that are not the answer to this
/// question are passed over until the time is up: that is what a forger sends (RFC 5452 9).
/// </summary>
internal static class DnsExchange
{
    private const int MaxStrangers = 64;

    /// <summary>Null: no usable answer in time.</summary>
    public static async Task<DnsReply?> AskAsync(IPEndPoint server, DnsQuestion question, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        try
        {
            DnsReply? reply = await OverUdpAsync(server, question, edns: true, limit.Token);
            if (reply is { Code: DnsReply.FormatError })
                reply = await OverUdpAsync(server, question, edns: false, limit.Token);
            return reply is { IsTruncated: true } ? await OverTcpAsync(server, question, limit.Token) : reply;
        }
        catch (OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return null;
        }
        catch (Exception failure) when (failure is SocketException or IOException)
        {
            return null;
        }
    }

    private static async Task<DnsReply?> OverUdpAsync(IPEndPoint server, DnsQuestion question, bool edns, CancellationToken cancellationToken)
    {
        ushort id = RandomId();
        // connected: the kernel drops what does not come from the server
        using var socket = new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(server, cancellationToken);
        await socket.SendAsync(DnsQuery.Write(id, question, edns), cancellationToken);
        var buffer = new byte[ushort.MaxValue];
        for (int strangers = 0; strangers < MaxStrangers; strangers++)
        {
            int octets = await socket.ReceiveAsync(buffer, cancellationToken);
            if (Checked(buffer.AsSpan(0, octets), id, question) is { } reply)
                return reply;
        }
        return null;
    }

    private static async Task<DnsReply?> OverTcpAsync(IPEndPoint server, DnsQuestion question, CancellationToken cancellationToken)
    {
        ushort id = RandomId();
        byte[] query = DnsQuery.Write(id, question, edns: false)!;
        using var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(server, cancellationToken);
        await using var stream = new NetworkStream(socket);
        var framed = new byte[query.Length + 2];
        BinaryPrimitives.WriteUInt16BigEndian(framed, (ushort)query.Length);
        query.CopyTo(framed, 2);
        await stream.WriteAsync(framed, cancellationToken);
        var length = new byte[2];
        await stream.ReadExactlyAsync(length, cancellationToken);
        var message = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
        await stream.ReadExactlyAsync(message, cancellationToken);
        return Checked(message, id, question) is { IsTruncated: false } reply ? reply : null;
    }

    private static DnsReply? Checked(ReadOnlySpan<byte> message, ushort id, DnsQuestion question) =>
        DnsReader.Read(message) is { } reply && reply.Id == id && reply.Question == question ? reply : null;

    private static ushort RandomId() => (ushort)RandomNumberGenerator.GetInt32(ushort.MaxValue + 1);
}
