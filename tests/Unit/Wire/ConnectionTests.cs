using System.Net.Security;
using System.Text;
using DirMail.Wire;

namespace DirMail.Unit.Wire;

public sealed class ConnectionTests
{
    private const int Max = 10;

    [Theory]
    [InlineData("NOOP\r\n", LineStatus.Ok, "NOOP")]
    [InlineData("\r\n", LineStatus.Ok, "")]
    [InlineData("0123456789\r\n", LineStatus.Ok, "0123456789")]
    [InlineData("0123456789a\r\n", LineStatus.TooLong, "0123456789")]
    [InlineData("0123456789abcdefghijklmnopqrstuvwxyz\r\n", LineStatus.TooLong, "0123456789")]
    [InlineData("a\nb\r\n", LineStatus.Malformed, "a\nb")]
    [InlineData("a\rb\r\n", LineStatus.Malformed, "a\rb")]
    [InlineData("a\0b\r\n", LineStatus.Malformed, "a\0b")]
    [InlineData("\r\r\n", LineStatus.Malformed, "\r")]
    [InlineData("\n\r\n", LineStatus.Malformed, "\n")]
    [InlineData("grün\r\n", LineStatus.Ok, "grün")]
    public async Task Lines_are_cut_the_same_wherever_the_network_splits_them(string sent, LineStatus status, string text)
    {
        byte[] octets = Encoding.UTF8.GetBytes(sent + "next\r\n");
        await using Pair pair = await Pair.OpenAsync();
        for (int split = 0; split <= octets.Length; split++)
        {
            await pair.Peer.WriteAsync(octets.AsMemory(0, split));
            Task<(LineStatus, string)> first = pair.LineAsync(Max);
            await pair.Peer.WriteAsync(octets.AsMemory(split));
            Assert.Equal((status, text), await first);
            Assert.Equal((LineStatus.Ok, "next"), await pair.LineAsync(Max));
        }
    }

    [Fact]
    public async Task Many_lines_in_one_packet_are_read_one_by_one()
    {
        await using Pair pair = await Pair.OpenAsync();
        await pair.SendAsync(string.Concat(Enumerable.Range(0, 5000).Select(n => $"line {n}\r\n")));
        for (int n = 0; n < 5000; n++)
            Assert.Equal((LineStatus.Ok, $"line {n}"), await pair.LineAsync());
    }

    [Fact]
    public async Task A_huge_line_is_read_over_and_the_next_one_is_whole()
    {
        await using Pair pair = await Pair.OpenAsync();
        Task sending = pair.SendAsync(new string('x', 3_000_000) + "\r\nNOOP\r\n");
        Assert.Equal((LineStatus.TooLong, "xxxxxxxxxxxxxxxx"), await pair.LineAsync());
        Assert.Equal((LineStatus.Ok, "NOOP"), await pair.LineAsync());
        await sending;
    }

    [Fact]
    public async Task The_end_and_an_unfinished_line_are_closed()
    {
        await using Pair pair = await Pair.OpenAsync();
        await pair.SendAsync("QUI");
        pair.PeerSocket.Shutdown(System.Net.Sockets.SocketShutdown.Send);
        Assert.Equal(LineStatus.Closed, (await pair.LineAsync()).Status);
        Assert.Equal(LineStatus.Closed, (await pair.LineAsync()).Status);
    }

    [Fact]
    public async Task Nothing_throws_when_the_peer_resets()
    {
        await using Pair pair = await Pair.OpenAsync();
        pair.PeerSocket.LingerState = new(true, 0);
        pair.Peer.Close();
        for (int i = 0; i < 50; i++)
        {
            pair.Ours.Write(new string('x', 10_000));
            await pair.Ours.FlushAsync(CancellationToken.None);
        }
        Assert.Equal(LineStatus.Closed, (await pair.LineAsync()).Status);
    }

    [Fact]
    public async Task A_silent_peer_times_out_and_a_dripping_one_too()
    {
        await using Pair pair = await Pair.OpenAsync();
        Assert.Equal(LineStatus.TimedOut, (await pair.LineAsync(deadline: TimeSpan.FromMilliseconds(30))).Status);
        Task<(LineStatus Status, string)> read = pair.LineAsync(deadline: TimeSpan.FromMilliseconds(60));
        while (!read.IsCompleted)
        {
            await pair.SendAsync("x");
            await Task.WhenAny(read, Task.Delay(5));
        }
        Assert.Equal(LineStatus.TimedOut, (await read).Status);
        await pair.SendAsync("\r\n");
        Assert.Equal(LineStatus.Ok, (await pair.LineAsync()).Status);
    }

    [Fact]
    public async Task An_interruption_ends_the_read_under_way_and_loses_nothing()
    {
        await using Pair pair = await Pair.OpenAsync();
        await pair.SendAsync("DO");
        Task<(LineStatus, string)> read = pair.LineAsync();
        pair.Ours.Interrupt();
        Assert.Equal((LineStatus.Interrupted, ""), await read);
        await pair.SendAsync("NE\r\n");
        Assert.Equal((LineStatus.Ok, "DONE"), await pair.LineAsync());
    }

    [Fact]
    public async Task Whoever_interrupts_does_not_run_the_session()
    {
        await using Pair pair = await Pair.OpenAsync();
        // a thread of the pool, as sessions have; the read waits when it returns
        Task<Thread> wentOn = await Task.Factory.StartNew(
            () => pair.LineAsync().ContinueWith(static _ => Thread.CurrentThread, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default),
            CancellationToken.None, TaskCreationOptions.None, TaskScheduler.Default);
        var interrupting = new Thread(pair.Ours.Interrupt);
        interrupting.Start();
        Assert.NotSame(interrupting, await wentOn);
    }

    [Fact]
    public async Task An_interruption_waits_for_the_next_read_and_comes_once()
    {
        await using Pair pair = await Pair.OpenAsync();
        pair.Ours.Interrupt();
        await pair.SendAsync("a\r\n");
        Assert.Equal(LineStatus.Interrupted, (await pair.LineAsync()).Status);
        Assert.Equal((LineStatus.Ok, "a"), await pair.LineAsync());
        Assert.Equal(LineStatus.TimedOut, (await pair.LineAsync(deadline: TimeSpan.FromMilliseconds(20))).Status);
    }

    [Fact]
    public async Task Interruptions_beside_a_stream_of_lines_are_never_lost()
    {
        await using Pair pair = await Pair.OpenAsync();
        const int Lines = 2000, Interruptions = 200;
        int seen = 0, lines = 0;
        Task sending = pair.SendAsync(string.Concat(Enumerable.Repeat("x\r\n", Lines)));
        using var taken = new SemaphoreSlim(1);
        Task interrupting = Task.Run(async () =>
        {
            for (int i = 0; i < Interruptions; i++)
            {
                Assert.True(await taken.WaitAsync(Pair.Soon));
                pair.Ours.Interrupt();
            }
        });
        while (lines < Lines || seen < Interruptions)
        {
            (LineStatus status, _) = await pair.LineAsync();
            Assert.True(status is LineStatus.Ok or LineStatus.Interrupted, status.ToString());
            if (status == LineStatus.Ok)
                lines++;
            else if (++seen < Interruptions)
                taken.Release();
        }
        await Task.WhenAll(sending, interrupting);
        Assert.Equal((Lines, Interruptions), (lines, seen));
    }

    [Fact]
    public async Task An_abort_ends_reads_and_later_writes_are_dropped()
    {
        await using Pair pair = await Pair.OpenAsync();
        Task<(LineStatus Status, string)> read = pair.LineAsync();
        pair.Ours.Abort();
        Assert.Equal(LineStatus.Closed, (await read).Status);
        pair.Ours.Write("dropped");
        await pair.Ours.FlushAsync(CancellationToken.None);
        Assert.Equal(LineStatus.Closed, (await pair.Ours.ReadAsync(Pair.Soon, CancellationToken.None)).Status);
    }

    [Fact]
    public async Task A_cancelled_token_leaves_the_read()
    {
        await using Pair pair = await Pair.OpenAsync();
        using var cancel = new CancellationTokenSource();
        Task<Line> read = pair.Ours.ReadLineAsync(Max, Pair.Soon, cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read);
        await pair.SendAsync("a\r\n");
        Assert.Equal((LineStatus.Ok, "a"), await pair.LineAsync());
    }

    [Fact]
    public async Task Exactly_the_octets_asked_for_are_content()
    {
        await using Pair pair = await Pair.OpenAsync();
        string content = string.Concat(Enumerable.Range(0, 50_000).Select(n => $"{n}\n\r"));
        Task sending = pair.SendAsync($"{{{content.Length}}}\r\n{content}a2 NOOP\r\n");
        Assert.Equal(LineStatus.Ok, (await pair.LineAsync()).Status);
        var got = new MemoryStream();
        pair.Ours.Interrupt();
        LineStatus status = await pair.Ours.ReadExactlyAsync(content.Length, (piece, _) => { got.Write(piece.Span); return default; }, Pair.Soon, CancellationToken.None);
        Assert.Equal(LineStatus.Ok, status);
        Assert.Equal(content, Encoding.UTF8.GetString(got.ToArray()));
        Assert.Equal(LineStatus.Interrupted, (await pair.LineAsync()).Status);
        Assert.Equal((LineStatus.Ok, "a2 NOOP"), await pair.LineAsync());
        await sending;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Plain_text_sent_ahead_of_tls_is_discarded(bool goAheadAlreadySent)
    {
        await using Pair pair = await Pair.OpenAsync();
        await using var folder = new TemporaryFolder();
        SelfMadeCertificate certificate = SelfMadeCertificate.LoadOrMake(folder.Path, "mail.abc.com", TimeProvider.System);
        await pair.SendAsync("STARTTLS\r\nRSET\r\nNOOP\r\n");
        Assert.Equal((LineStatus.Ok, "STARTTLS"), await pair.LineAsync());
        pair.Ours.Write("220 go\r\n");
        if (goAheadAlreadySent)
            await pair.Ours.FlushAsync(CancellationToken.None);
        Task<bool> shaking = pair.Ours.StartTlsAsync(certificate, CancellationToken.None);
        Assert.Equal("220 go\r\n", await pair.PeerReadsAsync(8));
        await using var tls = new SslStream(pair.Peer, leaveInnerStreamOpen: true, (_, shown, _, _) => shown!.Subject == "CN=mail.abc.com");
        await tls.AuthenticateAsClientAsync("mail.abc.com");
        Assert.True(await shaking);
        Assert.True(pair.Ours.IsProtected);
        Assert.Equal("TLSv1.3", pair.Ours.TlsVersion);
        await tls.WriteAsync("EHLO x\r\n"u8.ToArray());
        Assert.Equal((LineStatus.Ok, "EHLO x"), await pair.LineAsync());
    }

    [Fact]
    public async Task Under_tls_interruptions_deadlines_and_large_writes_work_as_without()
    {
        await using Pair pair = await Pair.OpenAsync();
        await using var folder = new TemporaryFolder();
        SelfMadeCertificate certificate = SelfMadeCertificate.LoadOrMake(folder.Path, "mail.abc.com", TimeProvider.System);
        Task<bool> server = pair.Ours.StartTlsAsync(certificate, CancellationToken.None);
        await using Connection client = Connection.Over(pair.PeerSocket);
        Assert.True(await client.StartClientTlsAsync("mail.abc.com", ServerCheck.None, CancellationToken.None));
        Assert.True(await server);
        Assert.Equal(LineStatus.TimedOut, (await pair.LineAsync(deadline: TimeSpan.FromMilliseconds(20))).Status);
        pair.Ours.Interrupt();
        Assert.Equal(LineStatus.Interrupted, (await pair.LineAsync()).Status);
        string large = new('x', 1_000_000);
        client.Write(large + "\r\nend\r\n");
        Task flushing = client.FlushAsync(CancellationToken.None).AsTask();
        Assert.Equal((LineStatus.Ok, large), await pair.LineAsync(2_000_000));
        Assert.Equal((LineStatus.Ok, "end"), await pair.LineAsync());
        await flushing;
        await client.DisposeAsync();
        Assert.Equal(LineStatus.Closed, (await pair.LineAsync()).Status);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task What_was_written_in_steps_of_any_size_arrives_whole_also_when_only_the_end_flushes_it(bool tls, bool deflate)
    {
        await using Pair pair = await Pair.OpenAsync();
        await using var folder = new TemporaryFolder();
        await using Connection client = Connection.Over(pair.PeerSocket);
        if (tls)
        {
            Task<bool> server = pair.Ours.StartTlsAsync(SelfMadeCertificate.LoadOrMake(folder.Path, "mail.abc.com", TimeProvider.System), CancellationToken.None);
            Assert.True(await client.StartClientTlsAsync("mail.abc.com", ServerCheck.None, CancellationToken.None) && await server);
        }
        if (deflate)
        {
            client.StartDeflate();
            pair.Ours.StartDeflate();
        }
        string sent = string.Concat(Enumerable.Range(0, 12).Select(n => new string((char)('a' + n), 1 << n)));
        long unflushed = 0;
        for (int at = 0, step = 1; at < sent.Length; at += step, step = step % 700 + 1)
        {
            step = Math.Min(step, sent.Length - at);
            // asked for more than is used, as callers do that do not know the length before
            Encoding.ASCII.GetBytes(sent.AsSpan(at, step), client.Output.GetSpan(step % 3 == 0 ? 5000 : step));
            client.Output.Advance(step);
            Assert.Equal(unflushed += step, client.Output.UnflushedBytes);
        }
        client.Write("\r\n");
        Task ending = client.DisposeAsync().AsTask();
        Assert.Equal((LineStatus.Ok, sent), await pair.LineAsync(sent.Length));
        await ending;
    }

    [Theory]
    [InlineData("this is no record of TLS, however it is read")]
    [InlineData("\u0017\u0003\u0003\0#this is one with nothing to decrypt")]
    public async Task What_is_no_tls_behind_the_handshake_ends_the_connection_and_closing_it_is_no_fault(string sent)
    {
        await using Pair pair = await Pair.OpenAsync();
        await using var folder = new TemporaryFolder();
        await using Connection client = Connection.Over(pair.PeerSocket);
        Task<bool> server = pair.Ours.StartTlsAsync(SelfMadeCertificate.LoadOrMake(folder.Path, "mail.abc.com", TimeProvider.System), CancellationToken.None);
        Assert.True(await client.StartClientTlsAsync("mail.abc.com", ServerCheck.None, CancellationToken.None) && await server);
        await pair.PeerSocket.SendAsync(Encoding.ASCII.GetBytes(sent));
        Assert.Equal(LineStatus.Closed, (await pair.LineAsync()).Status);
        await pair.Ours.DisposeAsync();
    }

    [Fact]
    public async Task A_handshake_with_garbage_ends_the_connection()
    {
        await using Pair pair = await Pair.OpenAsync();
        await using var folder = new TemporaryFolder();
        Task<bool> shaking = pair.Ours.StartTlsAsync(SelfMadeCertificate.LoadOrMake(folder.Path, "mail.abc.com", TimeProvider.System), CancellationToken.None);
        await pair.SendAsync("EHLO this is not tls\r\n");
        Assert.False(await shaking);
        Assert.NotNull(pair.Ours.TlsFailure);
        Assert.Equal(LineStatus.Closed, (await pair.LineAsync()).Status);
    }

    [Fact]
    public async Task Verification_refuses_a_self_made_certificate()
    {
        await using Pair pair = await Pair.OpenAsync();
        await using var folder = new TemporaryFolder();
        Task<bool> server = pair.Ours.StartTlsAsync(SelfMadeCertificate.LoadOrMake(folder.Path, "mail.abc.com", TimeProvider.System), CancellationToken.None);
        await using Connection client = Connection.Over(pair.PeerSocket);
        Assert.False(await client.StartClientTlsAsync("mail.abc.com", new ServerCheck.Named(["mail.abc.com"]), CancellationToken.None));
        await server;
    }
}
