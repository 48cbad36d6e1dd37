using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using DirMail.Wire;
using Microsoft.Extensions.Logging.Abstractions;

namespace DirMail.Unit.Wire;

public sealed class SocketTests
{
    private static readonly byte[] Large = RandomNumberGenerator.GetBytes(5_000_000);

    [Fact]
    public async Task Sessions_that_keep_their_threads_do_not_stop_others()
    {
        int many = Environment.ProcessorCount * 3;
        using var release = new ManualResetEventSlim();
        using var kept = new CountdownEvent(many);
        await using var listener = new Listener("test", new ListenerSettings(), async (connection, token) =>
        {
            while (await connection.ReadLineAsync(100, Pair.Soon, token) is { Status: LineStatus.Ok } line)
            {
                if (line.Octets.Span.SequenceEqual("keep"u8))
                {
                    kept.Signal();
                    release.Wait(Pair.Soon, CancellationToken.None);
                }
                connection.Write("ok\r\n");
                await connection.FlushAsync(CancellationToken.None);
            }
        }, NullLogger.Instance);
        IPEndPoint endpoint = await listener.AddAsync(new(IPAddress.Loopback, 0), CancellationToken.None);
        var clients = new List<TcpClient>();
        for (int i = 0; i <= many; i++)
        {
            var client = new TcpClient();
            await client.ConnectAsync(endpoint);
            clients.Add(client);
        }
        foreach (TcpClient client in clients.Skip(1))
            await client.GetStream().WriteAsync("keep\r\n"u8.ToArray());
        await Task.Run(() => Assert.True(kept.Wait(Pair.Soon)));
        Assert.Equal("ok\r\n", await AskAsync(clients[0]));
        Assert.False(release.IsSet);
        release.Set();
        foreach (TcpClient client in clients.Skip(1))
            Assert.Equal("ok\r\n", await ReadAsync(client, 4));
        foreach (TcpClient client in clients)
            client.Dispose();
    }

    [Fact]
    public async Task A_peer_that_reads_slowly_gets_everything()
    {
        await using Pair pair = await Pair.OpenAsync();
        pair.Ours.Write(Large);
        Task sending = pair.Ours.FlushAsync(CancellationToken.None).AsTask();
        Assert.False(sending.IsCompleted);
        var got = new byte[Large.Length];
        for (int at = 0; at < got.Length;)
            at += await pair.Peer.ReadAsync(got.AsMemory(at, Math.Min(70_001, got.Length - at)));
        await sending.WaitAsync(Pair.Soon);
        Assert.Equal(Large, got);
    }

    [Fact]
    public async Task Octets_arrive_as_sent_however_they_are_sent_and_taken()
    {
        var random = new Random(20261127);
        await using Pair pair = await Pair.OpenAsync();
        Task sending = Task.Run(async () =>
        {
            var sizes = new Random(5);
            for (int at = 0; at < Large.Length;)
            {
                int octets = Math.Min(sizes.Next(4) == 0 ? sizes.Next(1, 200_000) : sizes.Next(1, 3000), Large.Length - at);
                await pair.Peer.WriteAsync(Large.AsMemory(at, octets));
                at += octets;
            }
            pair.PeerSocket.Shutdown(SocketShutdown.Send);
        });
        var got = new MemoryStream();
        PipeReader input = pair.Ours.Input;
        while (await input.ReadAsync().AsTask().WaitAsync(Pair.Soon) is var result && !(result.IsCompleted && result.Buffer.IsEmpty))
        {
            ReadOnlySequence<byte> taken = result.Buffer.Slice(0, random.NextInt64(result.Buffer.Length + 1));
            foreach (ReadOnlyMemory<byte> piece in taken)
                got.Write(piece.Span);
            if (random.Next(2) == 0 && !result.IsCompleted)
                input.AdvanceTo(taken.End, result.Buffer.End);
            else
                input.AdvanceTo(taken.End);
        }
        await sending;
        Assert.Equal(Large, got.ToArray());
    }

    [Fact]
    public async Task There_is_as_much_room_as_asked_for_and_all_of_it_arrives()
    {
        var random = new Random(9);
        await using Pair pair = await Pair.OpenAsync();
        Task writing = Task.Run(async () =>
        {
            PipeWriter output = pair.Ours.Output;
            for (int at = 0; at < Large.Length;)
            {
                int wanted = random.Next(3) == 0 ? random.Next(1, 150_000) : random.Next(1, 5000);
                Memory<byte> room = output.GetMemory(wanted);
                Assert.True(room.Length >= wanted);
                int octets = Math.Min(Math.Min(room.Length, random.Next(wanted + 1)), Large.Length - at);
                Large.AsMemory(at, octets).CopyTo(room);
                output.Advance(octets);
                at += octets;
                if (random.Next(10) == 0)
                    await pair.Ours.FlushAsync(CancellationToken.None);
            }
            await pair.Ours.FlushAsync(CancellationToken.None);
        });
        var got = new byte[Large.Length];
        await pair.Peer.ReadExactlyAsync(got).AsTask().WaitAsync(TimeSpan.FromMinutes(1));
        await writing;
        Assert.Equal(Large, got);
    }

    [Fact]
    public async Task The_last_words_reach_a_peer_whose_own_were_not_read()
    {
        await using Pair pair = await Pair.OpenAsync();
        await pair.SendAsync(new string('x', 100_000));
        pair.Ours.Write("421 bye\r\n");
        await pair.Ours.DisposeAsync();
        Assert.Equal("421 bye\r\n", await pair.PeerReadsAsync(100));
    }

    [Fact]
    public async Task An_abort_ends_a_flush_under_way_and_resets_the_peer()
    {
        await using Pair pair = await Pair.OpenAsync();
        pair.Ours.Write(Large);
        Task sending = pair.Ours.FlushAsync(CancellationToken.None).AsTask();
        Assert.False(sending.IsCompleted);
        pair.Ours.Abort();
        await sending.WaitAsync(Pair.Soon);
        await Assert.ThrowsAsync<IOException>(async () =>
        {
            while (await pair.Peer.ReadAsync(new byte[100_000]).AsTask().WaitAsync(Pair.Soon) > 0)
            {
            }
        });
    }

    [Fact]
    public async Task What_is_expected_in_pieces_is_read_at_once()
    {
        await using Pair pair = await Pair.OpenAsync();
        pair.Ours.ExpectAtLeast(10);
        Task<Chunk> reading = pair.Ours.ReadAsync(Pair.Soon, CancellationToken.None).AsTask();
        await pair.SendAsync("12345");
        // an event that comes later was served: the first piece woke nobody
        await using (Pair other = await Pair.OpenAsync())
        {
            Task<(LineStatus, string)> line = other.LineAsync();
            await other.SendAsync("x\r\n");
            await line;
        }
        Assert.False(reading.IsCompleted);
        await pair.SendAsync("67890");
        Chunk chunk = await reading;
        Assert.Equal("1234567890"u8, chunk.Octets.ToArray());
        pair.Ours.Input.AdvanceTo(chunk.Octets.End);
        reading = pair.Ours.ReadAsync(Pair.Soon, CancellationToken.None).AsTask();
        await pair.SendAsync("1");
        chunk = await reading;
        Assert.Equal("1"u8, chunk.Octets.ToArray());
        pair.Ours.Input.AdvanceTo(chunk.Octets.End);
    }

    [Fact]
    public async Task Less_than_expected_is_read_at_the_end()
    {
        await using Pair pair = await Pair.OpenAsync();
        pair.Ours.ExpectAtLeast(100);
        await pair.SendAsync("421\r\n");
        pair.PeerSocket.Shutdown(SocketShutdown.Send);
        Assert.Equal((LineStatus.Ok, "421"), await pair.LineAsync());
        Assert.Equal(LineStatus.Closed, (await pair.LineAsync()).Status);
    }

    private static async Task<string> AskAsync(TcpClient client)
    {
        await client.GetStream().WriteAsync("hello\r\n"u8.ToArray());
        return await ReadAsync(client, 4);
    }

    private static async Task<string> ReadAsync(TcpClient client, int octets)
    {
        var buffer = new byte[octets];
        int read = await client.GetStream().ReadAtLeastAsync(buffer, octets, throwOnEndOfStream: false).AsTask().WaitAsync(Pair.Soon);
        return System.Text.Encoding.ASCII.GetString(buffer, 0, read);
    }
}
