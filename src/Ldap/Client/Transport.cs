using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using DirMail.Ldap.Codec;

namespace DirMail.Ldap.Client;

/// <summary>Opens the octet stream to a directory: TCP, then TLS where asked, with the certificate judged by <see cref="CertificateCheck"/>.</summary>
internal static class Transport
{
    /// <exception cref="LdapException">No connection within the server's connect timeout, or no TLS; nothing stays open.</exception>
    public static async Task<Stream> OpenAsync(LdapServer server, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(server.ConnectTimeout);
        Socket? socket = NewSocket();
        try
        {
            await socket.ConnectAsync(new DnsEndPoint(server.Host, server.Port), deadline.Token);
            Stream stream = await SecureAsync(new NetworkStream(socket, ownsSocket: true), server, deadline.Token);
            socket = null;
            return stream;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new LdapException($"no connection to {server} within {server.ConnectTimeout.TotalSeconds:0.#} s");
        }
        catch (Exception e) when (e is SocketException or IOException or AuthenticationException or CryptographicException or UnauthorizedAccessException)
        {
            throw new LdapException($"no connection to {server}: {e.Message}", e);
        }
        finally
        {
            socket?.Dispose();
        }
    }

    /// <summary>Keep-alive finds a peer that vanished while a persistent search waits for its next word.</summary>
    private static Socket NewSocket()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 30);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 10);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
        return socket;
    }

    private static async Task<Stream> SecureAsync(NetworkStream plain, LdapServer server, CancellationToken cancellationToken)
    {
        if (server.Tls == LdapTls.None)
            return plain;
        if (server.Tls == LdapTls.StartTls)
            await StartTlsAsync(plain, server, cancellationToken);
        var check = new CertificateCheck(server);
        var secure = new SslStream(plain);
        try
        {
            await secure.AuthenticateAsClientAsync(check.Options(), cancellationToken);
            return secure;
        }
        catch (AuthenticationException) when (check.Refusal is not null)
        {
            throw new LdapException($"{server} is not trusted: {check.Refusal}");
        }
    }

    /// <summary>RFC 4511 4.14. Octets that follow the answer in the clear would be taken for protected ones: the connection is refused.</summary>
    private static async Task StartTlsAsync(Stream plain, LdapServer server, CancellationToken cancellationToken)
    {
        var link = new MessageLink(plain, server);
        await link.SendAsync(new(1, new LdapOperation.ExtendedRequest(LdapOids.StartTls)), cancellationToken);
        LdapMessage? answer = null;
        (string reason, bool hasMore) = await link.ReadAsync(message => ValueTask.FromResult((answer = message) is null), cancellationToken);
        if (answer is null)
            throw new LdapException($"{server} did not answer StartTLS: {reason}");
        if (hasMore)
            throw new LdapException($"{server} sent octets in the clear after its answer to StartTLS");
        if (answer.Operation is not LdapOperation.ExtendedResponse { Result: var result })
            throw new LdapException($"{server} answered StartTLS with {answer.Operation.GetType().Name}");
        if (!result.IsSuccess)
            throw new LdapException($"{server} refused StartTLS: {result.Code} {result.Message}");
    }
}
