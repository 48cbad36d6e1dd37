using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using DirMail.Channels.Smtp;
using DirMail.Unit.Wire;
using DirMail.Wire;

namespace DirMail.Unit.Channels.Sts;

public sealed class StsFetchTests
{
    private const string Policy = "version: STSv1\r\nmode: enforce\r\nmx: mx.example.com\r\nmax_age: 3600\r\n";

    [Fact]
    public async Task A_policy_comes_from_the_domains_policy_host_over_tls()
    {
        await using var web = new WebServer(_ => Ok("text/plain; charset=utf-8", Policy), "mta-sts.example.com");
        Assert.Equal(Policy, await web.FetchAsync("example.com"));
        Assert.StartsWith("GET /.well-known/mta-sts.txt HTTP/1.1\r\n", web.Asked, StringComparison.Ordinal);
        Assert.Contains("Host: mta-sts.example.com", web.Asked, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 301 Moved\r\nLocation: https://mta-sts.example.com/other\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nhi")]
    [InlineData("garbage\r\n\r\n")]
    [InlineData("")]
    public async Task Anything_but_a_plain_text_is_no_policy(string answer)
    {
        await using var web = new WebServer(_ => answer, "mta-sts.example.com");
        Assert.Null(await web.FetchAsync("example.com"));
    }

    [Fact]
    public async Task An_endless_policy_is_not_read_to_its_end()
    {
        await using var web = new WebServer(_ => Ok("text/plain", new string('x', 70_000)), "mta-sts.example.com");
        Assert.Null(await web.FetchAsync("example.com"));
    }

    [Fact]
    public async Task A_certificate_for_another_name_or_by_a_stranger_gives_no_policy()
    {
        await using var other = new WebServer(_ => Ok("text/plain", Policy), "www.example.com");
        Assert.Null(await other.FetchAsync("example.com"));
        await using var stranger = new WebServer(_ => Ok("text/plain", Policy), "mta-sts.example.com");
        Assert.Null(await stranger.FetchAsync("example.com", isTrusted: false));
    }

    private static string Ok(string type, string text) => $"HTTP/1.1 200 OK\r\nContent-Type: {type}\r\nContent-Length: {text.Length}\r\nConnection: close\r\n\r\n{text}";

    /// <summary>Answers one request after the other, over TLS.</summary>
    private sealed class WebServer : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly X509Certificate2Collection _chain = [];
        private readonly Task _serving;

        public WebServer(Func<string, string> answer, string name)
        {
            (string chain, string key) = new TestCertificates().Issue(name);
            _chain.ImportFromPem(chain);
            using X509Certificate2 withKey = X509Certificate2.CreateFromPem(chain, key);
            X509Certificate2 own = X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null);
            _listener.Start();
            _serving = ServeAsync(own, answer);
        }

        public string Asked { get; private set; } = "";

        public async Task<string?> FetchAsync(string domain, bool isTrusted = true)
        {
            var dns = new FixedDns();
            dns.Addresses["mta-sts." + domain] = new(DnsStatus.Ok, [IPAddress.Loopback]);
            using var fetch = new StsFetch(dns, null, isTrusted ? [_chain[1]] : null, ((IPEndPoint)_listener.LocalEndpoint).Port);
            return await fetch.FetchAsync(domain, CancellationToken.None);
        }

        public async ValueTask DisposeAsync()
        {
            _listener.Stop();
            await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        private async Task ServeAsync(X509Certificate2 own, Func<string, string> answer)
        {
            while (true)
            {
                using TcpClient client = await _listener.AcceptTcpClientAsync();
                try
                {
                    await using var tls = new SslStream(client.GetStream());
                    await tls.AuthenticateAsServerAsync(own);
                    var buffer = new byte[8192];
                    Asked = Encoding.ASCII.GetString(buffer, 0, await tls.ReadAsync(buffer));
                    await tls.WriteAsync(Encoding.ASCII.GetBytes(answer(Asked)));
                    await tls.ShutdownAsync();
                }
                catch (Exception refused) when (refused is IOException or System.Security.Authentication.AuthenticationException)
                {
                    // the client did not like what it saw
                }
            }
        }
    }
}
