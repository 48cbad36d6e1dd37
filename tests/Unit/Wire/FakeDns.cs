using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using DirMail.Wire;

namespace DirMail.Unit.Wire;

/// <summary>A DNS server of one answer function on a port of its own, UDP and TCP. What it gives is sent as it is; null is silence.</summary>
internal sealed class FakeDns : IAsyncDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly Socket _udp;
    private readonly TcpListener _tcp;
    private readonly Task _serving;

    public FakeDns(Func<DnsMessage, bool, byte[]?> answer)
    {
        (_udp, _tcp) = Bind();
        _serving = Task.WhenAll(ServeUdpAsync(answer), ServeTcpAsync(answer));
    }

    public int Asked { get; private set; }

    /// <summary>So many questions were sent, and no more: what was sent may still be on its way.</summary>
    public async Task WasAskedAsync(int questions)
    {
        for (long end = Environment.TickCount64 + 20_000; Asked < questions && Environment.TickCount64 < end;)
            await Task.Delay(5);
        Assert.Equal(questions, Asked);
    }

    public IPEndPoint Address => (IPEndPoint)_udp.LocalEndPoint!;

    public DnsClient Client(TimeProvider? clock = null, TimeSpan? timeout = null) =>
        new(new DnsSettings { Servers = [Address], Timeout = timeout ?? TimeSpan.FromSeconds(5), Rounds = 1 }, clock ?? TimeProvider.System);

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _udp.Dispose();
        _tcp.Dispose();
        _end.Dispose();
    }

    private static (Socket, TcpListener) Bind()
    {
        while (true)
        {
            var udp = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            udp.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            var tcp = new TcpListener((IPEndPoint)udp.LocalEndPoint!);
            try
            {
                tcp.Start();
                return (udp, tcp);
            }
            catch (SocketException)
            {
                udp.Dispose();
            }
        }
    }

    private async Task ServeUdpAsync(Func<DnsMessage, bool, byte[]?> answer)
    {
        var buffer = new byte[4096];
        while (true)
        {
            SocketReceiveFromResult got = await _udp.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0), _end.Token);
            Asked++;
            if (answer(new DnsMessage(buffer[..got.ReceivedBytes]), false) is { } reply)
                await _udp.SendToAsync(reply, got.RemoteEndPoint, _end.Token);
        }
    }

    private async Task ServeTcpAsync(Func<DnsMessage, bool, byte[]?> answer)
    {
        while (true)
        {
            using TcpClient client = await _tcp.AcceptTcpClientAsync(_end.Token);
            NetworkStream stream = client.GetStream();
            var length = new byte[2];
            await stream.ReadExactlyAsync(length, _end.Token);
            var query = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
            await stream.ReadExactlyAsync(query, _end.Token);
            if (answer(new DnsMessage(query), true) is not { } reply)
                continue;
            await stream.WriteAsync(new[] { (byte)(reply.Length >> 8), (byte)reply.Length }, _end.Token);
            await stream.WriteAsync(reply, _end.Token);
        }
    }
}

/// <summary>A query received, and the replies a test makes of it.</summary>
internal sealed class DnsMessage(byte[] query)
{
    private const int HeaderOctets = 12;

    public byte[] Octets => query;

    public bool HasEdns => query[11] == 1;

    public DnsType Type => (DnsType)BinaryPrimitives.ReadUInt16BigEndian(query.AsSpan(QuestionEnd - 4));

    public string Name
    {
        get
        {
            var labels = new List<string>();
            for (int at = HeaderOctets; query[at] != 0; at += query[at] + 1)
                labels.Add(Encoding.ASCII.GetString(query, at + 1, query[at]));
            return string.Join('.', labels);
        }
    }

    private int QuestionEnd
    {
        get
        {
            int at = HeaderOctets;
            while (query[at] != 0)
                at += query[at] + 1;
            return at + 5;
        }
    }

    public byte[] Reply(int code = 0, bool truncated = false, bool authentic = false, int authorities = 0, params byte[][] records)
    {
        byte[] header = [query[0], query[1], (byte)(truncated ? 0x83 : 0x81), (byte)(0x80 | (authentic ? 0x20 : 0) | code), 0, 1, 0, (byte)(records.Length - authorities), 0, (byte)authorities, 0, 0];
        return [.. header, .. query[HeaderOctets..QuestionEnd], .. records.SelectMany(static record => record)];
    }

    public static byte[] Record(string name, DnsType type, uint ttl, byte[] data)
    {
        byte[] fixedPart = new byte[10];
        BinaryPrimitives.WriteUInt16BigEndian(fixedPart, (ushort)type);
        fixedPart[3] = 1;
        BinaryPrimitives.WriteUInt32BigEndian(fixedPart.AsSpan(4), ttl);
        BinaryPrimitives.WriteUInt16BigEndian(fixedPart.AsSpan(8), (ushort)data.Length);
        return [.. Wire(name), .. fixedPart, .. data];
    }

    public static byte[] A(string name, string address, uint ttl = 300) => Record(name, IPAddress.Parse(address).GetAddressBytes().Length == 4 ? DnsType.A : DnsType.Aaaa, ttl, IPAddress.Parse(address).GetAddressBytes());

    public static byte[] Mx(string name, int preference, string host, uint ttl = 300) => Record(name, DnsType.Mx, ttl, [(byte)(preference >> 8), (byte)preference, .. Wire(host)]);

    public static byte[] Tlsa(string name, params byte[] data) => Record(name, DnsType.Tlsa, 300, data);

    public static byte[] Cname(string name, string target) => Record(name, DnsType.Cname, 300, Wire(target));

    public static byte[] Soa(string name, byte minimum) => Record(name, DnsType.Soa, 3600, [.. Wire("ns"), .. Wire("root"), .. new byte[16], 0, 0, 0, minimum]);

    public static byte[] Wire(string name) => [.. name.Split('.', StringSplitOptions.RemoveEmptyEntries).SelectMany(static label => new[] { (byte)label.Length }.Concat(Encoding.ASCII.GetBytes(label))), 0];
}
