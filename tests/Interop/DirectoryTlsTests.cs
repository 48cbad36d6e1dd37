using System.Globalization;
using DirMail.Ldap;
using DirMail.Ldap.Client;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace DirMail.Interop;

/// <summary>TLS to a real slapd, whose certificate an authority of the test has signed.</summary>
public sealed class DirectoryTlsTests(DirectoryTlsTests.Certified certified) : IClassFixture<DirectoryTlsTests.Certified>
{
    // not what is tested here, and this machine may be busy
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly TestAuthority _authority = certified.Authority;

    [Theory]
    [InlineData(LdapTls.Ldaps)]
    [InlineData(LdapTls.StartTls)]
    public async Task A_certificate_of_the_own_authority_or_a_pinned_one_is_trusted(LdapTls tls)
    {
        LdapServer server = Server(tls);
        await BindsAsync(server with { CaFile = _authority.CaFile });
        await BindsAsync(server with { Pins = [PinOf(certified.Certificate)] });
        // a pin says enough: name and authority are not looked at
        await BindsAsync(server with { Host = "localhost", Pins = [PinOf(certified.Certificate)] });
    }

    [Theory]
    [InlineData(LdapTls.Ldaps)]
    [InlineData(LdapTls.StartTls)]
    public async Task Any_other_is_refused_with_what_helps(LdapTls tls)
    {
        LdapServer server = Server(tls);
        Assert.Contains("unknown authority (CN=Test authority)", await RefusedAsync(server));
        Assert.Contains("its certificate is for 127.0.0.1, not for localhost", await RefusedAsync(server with { Host = "localhost", CaFile = _authority.CaFile }));
        Assert.Contains($"has the pin {PinOf(certified.Certificate)}, which is none of", await RefusedAsync(server with { CaFile = _authority.CaFile, Pins = [PinOf(_authority.Issue())] }));
    }

    [Fact]
    public async Task An_expired_one_is_refused()
    {
        await using Slapd expired = await Slapd.StartAsync(_authority.Issue(days: -2));
        Assert.Contains("its certificate expired on", await RefusedAsync(new LdapServer("127.0.0.1", expired.TlsPort, LdapTls.Ldaps) { ConnectTimeout = Patience, CaFile = _authority.CaFile }));
    }

    [Theory]
    [InlineData("ldaps", "\"caFile\": \"{0}\"")]
    [InlineData("ldap", "\"startTls\": true, \"pins\": [\"{1}\"]")]
    public async Task The_server_follows_over_tls(string scheme, string settings)
    {
        int port = scheme == "ldaps" ? certified.Slapd.TlsPort : certified.Slapd.Port;
        string more = settings.Replace("{0}", _authority.CaFile, StringComparison.Ordinal).Replace("{1}", certified.Certificate.Pin, StringComparison.Ordinal);
        var server = new RunningServer(new ServerSetup(string.Create(CultureInfo.InvariantCulture, $"{scheme}://127.0.0.1:{port}"), directoryMore: more));
        await server.InitializeAsync();
        Assert.Equal(["abc.com", "bcd.com", "cde.com"], server.Wiring.Live.Current.Domains.Select(d => d.Name));
        await server.DisposeAsync();
    }

    private LdapServer Server(LdapTls tls) => new("127.0.0.1", tls == LdapTls.Ldaps ? certified.Slapd.TlsPort : certified.Slapd.Port, tls) { ConnectTimeout = Patience };

    private static CertificatePin PinOf(ServerCertificate certificate) => CertificatePin.TryParse(certificate.Pin, out CertificatePin pin) ? pin : throw new FormatException(certificate.Pin);

    private static async Task BindsAsync(LdapServer server)
    {
        await using LdapClient client = await LdapClient.ConnectAsync(server, NullLogger.Instance, CancellationToken.None);
        Assert.True((await client.BindAsync("cn=manager,o=hosting", "manager-secret", CancellationToken.None)).IsSuccess);
    }

    private static async Task<string> RefusedAsync(LdapServer server) =>
        (await Assert.ThrowsAsync<LdapException>(() => LdapClient.ConnectAsync(server, NullLogger.Instance, CancellationToken.None))).Message;

    public sealed class Certified : IAsyncLifetime
    {
        internal TestAuthority Authority { get; } = new();
        public ServerCertificate Certificate { get; private set; } = null!;
        public Slapd Slapd { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            Certificate = Authority.Issue();
            Slapd = await Slapd.StartAsync(Certificate);
        }

        public async Task DisposeAsync()
        {
            await Slapd.DisposeAsync();
            Authority.Dispose();
        }
    }
}
