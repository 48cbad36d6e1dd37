using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using DirMail.Wire;

namespace DirMail.Channels.Smtp;

/// <summary>
/// Gets policies over HTTPS (RFC 8461 3.3): from the one address that a domain's policy has, without redirects, with a certificate for that host, at most 64 KB,
/// all within a minute. Connections leave from the host's address: no customer is told.
/// </summary>
internal sealed class StsFetch : IStsSource, IDisposable
{
    private const int MaxOctets = 64 * 1024;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly HttpClient _http;
    private readonly int _port;

    /// <param name="roots">Authorities that may sign policy hosts' certificates; null: the system's.</param>
    /// <param name="port">443; another one only for tests.</param>
    public StsFetch(IDnsClient dns, IPAddress? source, X509Certificate2Collection? roots = null, int port = 443)
    {
        _port = port;
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            MaxResponseHeadersLength = 16,
            PooledConnectionLifetime = TimeSpan.FromSeconds(10),
            ConnectTimeout = Limit / 4,
            ConnectCallback = (context, cancellationToken) => ConnectAsync(dns, source, context.DnsEndPoint, cancellationToken),
        };
        handler.SslOptions.CertificateChainPolicy = Trust.In(roots);
        _http = new HttpClient(handler) { Timeout = Limit, MaxResponseContentBufferSize = MaxOctets };
    }

    public async Task<string?> FetchAsync(string domain, CancellationToken cancellationToken)
    {
        try
        {
            var address = new UriBuilder(Uri.UriSchemeHttps, "mta-sts." + domain, _port, "/.well-known/mta-sts.txt").Uri;
            using HttpResponseMessage answer = await _http.GetAsync(address, cancellationToken);
            if (answer.StatusCode != HttpStatusCode.OK || answer.Content.Headers.ContentType?.MediaType != "text/plain")
                return null;
            return Encoding.UTF8.GetString(await answer.Content.ReadAsByteArrayAsync(cancellationToken));
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or UriFormatException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return null;
        }
    }

    public void Dispose() => _http.Dispose();

    private static async ValueTask<Stream> ConnectAsync(IDnsClient dns, IPAddress? source, DnsEndPoint host, CancellationToken cancellationToken)
    {
        AddressAnswer answer = await dns.AddressesAsync(host.Host, cancellationToken);
        Exception? last = null;
        foreach (IPAddress address in answer.Addresses.Where(address => source is null || address.AddressFamily == source.AddressFamily).Take(4))
        {
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                if (source is not null)
                    socket.Bind(new IPEndPoint(source, 0));
                await socket.ConnectAsync(new IPEndPoint(address, host.Port), cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (Exception failure)
            {
                socket.Dispose();
                if (failure is not SocketException)
                    throw;
                last = failure;
            }
        }
        throw new HttpRequestException($"no address of {host.Host} answers", last);
    }
}
