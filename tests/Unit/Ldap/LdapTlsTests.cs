using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DirMail.Ldap;
using DirMail.Ldap.Client;
using DirMail.Ldap.Codec;
using Microsoft.Extensions.Logging.Abstractions;

namespace DirMail.Unit.Ldap;

public sealed class LdapTlsTests : IDisposable
{
    private readonly X509Certificate2 _authority = Authority();
    private readonly string _caFile = Path.GetTempFileName();
    private (int First, int Last) _days = (-1, 1);
    private X509Certificate2? _certificate;

    public LdapTlsTests() => File.WriteAllText(_caFile, _authority.ExportCertificatePem());

    [Fact]
    public async Task Ldaps_with_a_trusted_certificate_for_the_host()
    {
        await using var directory = new FakeDirectory(stream => SecureAsync(stream, "127.0.0.1"));
        await UseAsync(directory, directory.Server with { Tls = LdapTls.Ldaps, CaFile = _caFile });
    }

    [Fact]
    public async Task StartTls_with_a_trusted_certificate_for_the_host()
    {
        await using var directory = new FakeDirectory(StartTlsAsync);
        await UseAsync(directory, directory.Server with { Tls = LdapTls.StartTls, CaFile = _caFile });
    }

    [Fact]
    public async Task A_certificate_for_another_host_is_refused_with_its_names() =>
        Assert.Contains("its certificate is for 127.0.0.9, not for 127.0.0.1: write such a name in directory.url", await RefusedAsync("127.0.0.9", server => server with { CaFile = _caFile }));

    [Fact]
    public async Task A_certificate_of_an_unknown_authority_is_refused_with_its_name_and_pin()
    {
        string reason = await RefusedAsync("127.0.0.1", server => server);
        Assert.Contains("unknown authority (CN=Test authority): put that one's certificate into directory.caFile", reason);
        Assert.Contains(CertificatePin.Of(_certificate!).ToString(), reason);
    }

    [Theory]
    [InlineData(-3, -2, "its certificate expired on ")]
    [InlineData(2, 3, "its certificate is not valid before ")]
    public async Task A_certificate_out_of_its_time_is_refused(int firstDay, int lastDay, string reason)
    {
        _days = (firstDay, lastDay);
        Assert.Contains(reason, await RefusedAsync("127.0.0.1", server => server with { CaFile = _caFile }));
    }

    [Fact]
    public async Task A_pinned_certificate_needs_no_authority_name_or_date()
    {
        _days = (-3, -2);
        await using var directory = new FakeDirectory(stream => SecureAsync(stream, "127.0.0.9"));
        CertificatePin other = CertificatePin.Of(_authority), own = CertificatePin.Of(Certificate("127.0.0.9"));
        await UseAsync(directory, directory.Server with { Tls = LdapTls.Ldaps, Pins = [other, own] });
    }

    [Fact]
    public async Task A_certificate_that_is_not_pinned_is_refused_with_its_pin_though_its_authority_is_trusted()
    {
        string reason = await RefusedAsync("127.0.0.1", server => server with { CaFile = _caFile, Pins = [CertificatePin.Of(_authority)] });
        Assert.Contains($"has the pin {CertificatePin.Of(_certificate!)}, which is none of directory.pins", reason);
    }

    [Theory]
    [InlineData("sha256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", true)]
    [InlineData("SHA256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", true)]
    [InlineData("sha256:E3:B0:C4:42:98:FC:1C:14:9A:FB:F4:C8:99:6F:B9:24:27:AE:41:E4:64:9B:93:4C:A4:95:99:1B:78:52:B8:55", true)]
    [InlineData("sha256:", false)]
    [InlineData("sha256:47DEQpj8HBSa", false)]
    [InlineData("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", false)]
    [InlineData("sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b8zz", false)]
    public void Reads_a_pin(string text, bool isPin)
    {
        Assert.Equal(isPin, CertificatePin.TryParse(text, out CertificatePin pin));
        if (isPin)
            Assert.Equal("sha256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", pin.ToString());
    }

    [Fact]
    public async Task A_missing_file_of_authorities_is_an_error()
    {
        await using var directory = new FakeDirectory(stream => SecureAsync(stream, "127.0.0.1"));
        await Assert.ThrowsAsync<LdapException>(() => ConnectAsync(directory.Server with { Tls = LdapTls.Ldaps, CaFile = _caFile + ".not" }));
    }

    [Theory]
    [InlineData(LdapResultCode.Unavailable, false, "refused")]
    [InlineData(LdapResultCode.Success, true, "in the clear")]
    public async Task StartTls_refused_or_tampered_with_is_an_error(LdapResultCode code, bool more, string reason)
    {
        await using var directory = new FakeDirectory();
        Task<LdapClient> connect = ConnectAsync(directory.Server with { Tls = LdapTls.StartTls, CaFile = _caFile });
        await directory.HearAsync<LdapOperation.ExtendedRequest>();
        byte[] answer = LdapCodec.Write(new LdapMessage(1, new LdapOperation.ExtendedResponse(new(code))));
        await directory.SayAsync(more ? [.. answer, .. answer] : answer);
        Assert.Contains(reason, (await Assert.ThrowsAsync<LdapException>(() => connect)).Message);
    }

    public void Dispose()
    {
        File.Delete(_caFile);
        _authority.Dispose();
        _certificate?.Dispose();
    }

    private async Task<string> RefusedAsync(string certificateFor, Func<LdapServer, LdapServer> with)
    {
        await using var directory = new FakeDirectory(stream => SecureAsync(stream, certificateFor));
        return (await Assert.ThrowsAsync<LdapException>(() => ConnectAsync(with(directory.Server with { Tls = LdapTls.Ldaps })))).Message;
    }

    private static async Task UseAsync(FakeDirectory directory, LdapServer server)
    {
        await using LdapClient client = await ConnectAsync(server);
        Task<LdapResult> bind = client.BindAsync("cn=a", "b", default);
        await directory.AnswerBindAsync();
        Assert.True((await bind).IsSuccess);
    }

    private static Task<LdapClient> ConnectAsync(LdapServer server) => LdapClient.ConnectAsync(server, NullLogger.Instance, default);

    private async Task<Stream> StartTlsAsync(Stream stream)
    {
        await stream.ReadExactlyAsync(new byte[LdapCodec.Write(new LdapMessage(1, new LdapOperation.ExtendedRequest(LdapOids.StartTls))).Length]);
        await stream.WriteAsync(LdapCodec.Write(new LdapMessage(1, new LdapOperation.ExtendedResponse(LdapResult.Success, LdapOids.StartTls))));
        return await SecureAsync(stream, "127.0.0.1");
    }

    private async Task<Stream> SecureAsync(Stream stream, string address)
    {
        var secure = new SslStream(stream);
        await secure.AuthenticateAsServerAsync(Certificate(address));
        return secure;
    }

    private static X509Certificate2 Authority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Test authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-9), DateTimeOffset.UtcNow.AddDays(9));
    }

    /// <summary>One for all its uses in a test.</summary>
    private X509Certificate2 Certificate(string address)
    {
        if (_certificate is not null)
            return _certificate;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Test directory", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Parse(address));
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 signed = request.Create(_authority, DateTimeOffset.UtcNow.AddDays(_days.First), DateTimeOffset.UtcNow.AddDays(_days.Last), [1, 2, 3, 4]);
        return _certificate = signed.CopyWithPrivateKey(key);
    }
}
