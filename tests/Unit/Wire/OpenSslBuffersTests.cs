using System.Net.Security;
using System.Security.Cryptography;
using DirMail.Wire;

namespace DirMail.Unit.Wire;

public sealed class OpenSslBuffersTests
{
    /// <summary>The way to the handle goes through .NET's own fields: a runtime that has moved them is found here, not by an operator whose memory runs out.</summary>
    [Fact]
    public async Task They_are_released_and_what_is_large_still_passes()
    {
        await using var folder = new TemporaryFolder();
        await using Pair pair = await Pair.OpenAsync();
        Task<bool> shaking = pair.Ours.StartTlsAsync(SelfMadeCertificate.LoadOrMake(folder.Path, "mail.abc.com", TimeProvider.System), CancellationToken.None);
        await using var tls = new SslStream(pair.Peer, leaveInnerStreamOpen: true, static (_, _, _, _) => true);
        Assert.False(OpenSslBuffers.Release(tls));
        await tls.AuthenticateAsClientAsync("mail.abc.com").WaitAsync(Pair.Soon);
        Assert.True(await shaking);
        Assert.True(OpenSslBuffers.Release(tls));
        byte[] sent = RandomNumberGenerator.GetBytes(300_000), back = new byte[sent.Length];
        for (int i = 0; i < 3; i++)
        {
            Task writing = tls.WriteAsync(sent).AsTask();
            Assert.Equal(LineStatus.Ok, await pair.Ours.ReadExactlyAsync(sent.Length, async (piece, token) =>
            {
                pair.Ours.Write(piece.Span);
                await pair.Ours.FlushAsync(token);
            }, Pair.Soon, CancellationToken.None));
            await writing;
            await tls.ReadExactlyAsync(back).AsTask().WaitAsync(Pair.Soon);
            Assert.Equal(sent, back);
        }
    }
}
