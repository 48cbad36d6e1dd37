using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace DirMail.Wire;

/// <summary>A connection to a milter, protocol version 6: opens it, agrees on what is sent, and carries packets. The caller sets the deadline.</summary>
public sealed class MilterConnection : IAsyncDisposable
{
    /// <summary>Larger ones are nonsense.</summary>
    private const int MaxPacketOctets = 256 * 1024;
    private const uint Version = 6;
    private static readonly TimeSpan Leave = TimeSpan.FromSeconds(1);

    private readonly NetworkStream _stream;
    private readonly ArrayBufferWriter<byte> _unsent = new(4096);

    private MilterConnection(Socket socket) => _stream = new(socket, ownsSocket: true);

    /// <summary>What it does not want to hear, and where it gives no answer.</summary>
    public MilterSteps Steps { get; private set; }

    /// <param name="actions">What we would do for it.</param>
    /// <exception cref="IOException">It cannot be reached, or speaks something else.</exception>
    public static async Task<MilterConnection> OpenAsync(EndPoint milter, MilterActions actions, CancellationToken cancellationToken)
    {
        var socket = new Socket(milter is UnixDomainSocketEndPoint ? AddressFamily.Unix : milter.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        MilterConnection? connection = null;
        try
        {
            await socket.ConnectAsync(milter, cancellationToken);
            connection = new(socket);
            await connection.AgreeAsync(actions, cancellationToken);
            return connection;
        }
        catch (Exception fault)
        {
            socket.Dispose();
            if (connection is not null)
                await connection.DisposeAsync();
            if (fault is SocketException)
                throw new IOException(fault.Message, fault);
            throw;
        }
    }

    public void Write(char kind, params ReadOnlySpan<string> strings)
    {
        byte[] data = [];
        foreach (string text in strings)
            data = [.. data, .. Encoding.UTF8.GetBytes(text), 0];
        Write(kind, data);
    }

    /// <summary>Kept until the next <see cref="ReadAsync"/> or <see cref="FlushAsync"/>.</summary>
    public void Write(char kind, ReadOnlySpan<byte> data)
    {
        Span<byte> head = stackalloc byte[5];
        BinaryPrimitives.WriteInt32BigEndian(head, data.Length + 1);
        head[4] = (byte)kind;
        _unsent.Write(head);
        _unsent.Write(data);
    }

    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        await _stream.WriteAsync(_unsent.WrittenMemory, cancellationToken);
        _unsent.ResetWrittenCount();
    }

    /// <summary>Sends what was written, and waits for an answer that is not only a sign of life.</summary>
    public async Task<MilterPacket> ReadAsync(CancellationToken cancellationToken)
    {
        await FlushAsync(cancellationToken);
        MilterPacket packet;
        do
        {
            byte[] head = new byte[5];
            await _stream.ReadExactlyAsync(head, cancellationToken);
            int octets = BinaryPrimitives.ReadInt32BigEndian(head) - 1;
            if (octets is < 0 or > MaxPacketOctets)
                throw new IOException("the milter sent a packet of an impossible length");
            var data = new byte[octets];
            await _stream.ReadExactlyAsync(data, cancellationToken);
            packet = new((char)head[4], data);
        }
        while (packet.Kind == 'p');
        return packet;
    }

    /// <summary>Takes leave first, if that can be said at once.</summary>
    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(Leave);
        try
        {
            Write('Q');
            await FlushAsync(limit.Token);
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException)
        {
            // it has left before
        }
        await _stream.DisposeAsync();
    }

    private async Task AgreeAsync(MilterActions actions, CancellationToken cancellationToken)
    {
        var offer = new byte[12];
        BinaryPrimitives.WriteUInt32BigEndian(offer, Version);
        BinaryPrimitives.WriteUInt32BigEndian(offer.AsSpan(4), (uint)actions);
        BinaryPrimitives.WriteUInt32BigEndian(offer.AsSpan(8), (uint)MilterSteps.All);
        Write('O', offer);
        MilterPacket answer = await ReadAsync(cancellationToken);
        if (answer.Kind != 'O' || answer.Number() is < 2 or > Version || (answer.Number(4) & ~(uint)actions) != 0 || (answer.Number(8) & ~(uint)MilterSteps.All) != 0)
            throw new IOException("the milter asks for what is not offered");
        Steps = (MilterSteps)answer.Number(8);
    }
}
