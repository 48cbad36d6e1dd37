using System.IO.Pipelines;
using System.Net;
using DirMail.Wire;

namespace DirMail.Unit.Wire;

public sealed class TlsLayerTests
{
    [Fact]
    public async Task A_goodbye_is_said_when_nothing_reads_any_more_although_the_peer_goes_on()
    {
        await using var folder = new TemporaryFolder();
        var there = new Pipe();
        var back = new Pipe();
        await using var server = new TlsLayer(new Ends(there.Reader, back.Writer));
        await using var client = new TlsLayer(new Ends(back.Reader, there.Writer));
        SelfMadeCertificate certificate = SelfMadeCertificate.LoadOrMake(folder.Path, "mail.abc.com", TimeProvider.System);
        await Task.WhenAll(
            server.AcceptAsync(certificate, IPAddress.Loopback, CancellationToken.None),
            client.ConnectAsync("mail.abc.com", ServerCheck.None, CancellationToken.None)).WaitAsync(Pair.Soon);
        await server.ShutdownAsync().WaitAsync(Pair.Soon);
        Exception? besideARead = Record.Exception(() => there.Reader.TryRead(out _));
        Assert.True((await client.Input.ReadAsync().AsTask().WaitAsync(Pair.Soon)).IsCompleted);
        await there.Writer.CompleteAsync();
        await back.Writer.CompleteAsync();
        Assert.Null(besideARead);
    }

    private sealed record Ends(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
