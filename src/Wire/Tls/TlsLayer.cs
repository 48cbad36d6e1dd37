using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace DirMail.Wire;

/// <summary>
/// TLS between a connection's pipes and its owner. A pump decrypts into a pipe of its own, so that waking a reader (deadline, interruption) never cancels a read
/// of the <see cref="SslStream"/>, after which a TLS stream promises nothing.
/// </summary>
internal sealed class TlsLayer : IDuplexPipe, IAsyncDisposable
{
    /// <summary>TLS 1.2 and 1.3 (RFC 8446 4.2.1); 1.0 and 1.1 are gone (RFC 8996).</summary>
    private const SslProtocols Allowed = SslProtocols.Tls12 | SslProtocols.Tls13;

    private readonly IDuplexPipe _transport;
    private readonly SslStream _tls;
    private readonly Pipe _decrypted = new(new PipeOptions(readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline, useSynchronizationContext: false));
    private Task _pump = Task.CompletedTask;

    public TlsLayer(IDuplexPipe transport)
    {
        _transport = transport;
        _tls = new SslStream(new DuplexStream(transport), leaveInnerStreamOpen: true);
        Output = PipeWriter.Create(_tls, new StreamPipeWriterOptions(minimumBufferSize: 16 * 1024, leaveOpen: true));
    }

    public PipeReader Input => _decrypted.Reader;
    public PipeWriter Output { get; }

    /// <summary>What the client named in its hello (SNI), lower-case; null: nothing.</summary>
    public string? ServerName { get; private set; }

    /// <summary>As IANA calls it.</summary>
    public string Cipher => _tls.NegotiatedCipherSuite.ToString();

    public string Version => _tls.SslProtocol switch
    {
        SslProtocols.Tls13 => "TLSv1.3",
        SslProtocols.Tls12 => "TLSv1.2",
        SslProtocols other => other.ToString(),
    };

    public async Task AcceptAsync(ICertificates certificates, IPAddress local, CancellationToken cancellationToken)
    {
        await _tls.AuthenticateAsServerAsync((_, hello, _, _) =>
        {
            ServerName = hello.ServerName is "" ? null : hello.ServerName.ToLowerInvariant();
            return ValueTask.FromResult(ServerOptions(certificates.Find(ServerName, local)));
        }, null, cancellationToken);
        Begin();
    }

    /// <exception cref="AuthenticationException">No TLS, or the certificate will not do.</exception>
    public async Task ConnectAsync(string serverName, ServerCheck check, CancellationToken cancellationToken)
    {
        string? problem = null;
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = serverName,
            EnabledSslProtocols = Allowed,
            CertificateChainPolicy = Trust.In(null),
            RemoteCertificateValidationCallback = (_, shown, chain, _) =>
            {
                problem = shown is X509Certificate2 own && chain is not null ? check.Problem(own, chain.ChainPolicy.ExtraStore) : "no certificate was shown";
                return problem is null;
            },
        };
        try
        {
            await _tls.AuthenticateAsClientAsync(options, cancellationToken);
        }
        catch (AuthenticationException) when (problem is not null)
        {
            throw new AuthenticationException(problem);
        }
        Begin();
    }

    /// <summary>
    /// Says goodbye (close_notify), and reads nothing any more. <see cref="SslStream"/> keeps reads and writes apart, but not its goodbye from a read, and OpenSSL's state of a connection bears
    /// one thread at a time: so the pump ends before.
    /// </summary>
    public async Task ShutdownAsync()
    {
        try
        {
            await Output.CompleteAsync();
            await EndPumpAsync();
            await _tls.ShutdownAsync();
        }
        catch (Exception gone) when (gone is CryptographicException || Connection.IsGone(gone))
        {
            // of OpenSSL's own kind: where what came last could not be decrypted it has no goodbye
        }
    }

    public async ValueTask DisposeAsync()
    {
        await EndPumpAsync();
        await _tls.DisposeAsync();
    }

    private async Task EndPumpAsync()
    {
        await _decrypted.Reader.CompleteAsync();
        _transport.Input.CancelPendingRead();
        await _pump;
    }

    private void Begin()
    {
        OpenSslBuffers.Release(_tls);
        _pump = PumpAsync();
    }

    private static SslServerAuthenticationOptions ServerOptions(HostCertificate certificate) => new()
    {
        EnabledSslProtocols = Allowed,
        ServerCertificateContext = certificate.Context,
    };

    private async Task PumpAsync()
    {
        PipeWriter into = _decrypted.Writer;
        try
        {
            while (true)
            {
                // waits without a buffer: an idle connection holds none
                _ = await _tls.ReadAsync(Memory<byte>.Empty);
                int octets = await _tls.ReadAsync(into.GetMemory());
                if (octets == 0)
                    break;
                into.Advance(octets);
                if ((await into.FlushAsync()).IsCompleted)
                    break;
            }
        }
        catch (Exception gone) when (Connection.IsGone(gone))
        {
        }
        await into.CompleteAsync();
    }
}
