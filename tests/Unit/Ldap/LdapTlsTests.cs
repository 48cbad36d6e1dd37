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
    public async Task A_certificate_for_another_host_is_refused()
    {
        await using var directory = new FakeDirectory(stream => SecureAsync(stream, "127.0.0.9"));
        await Assert.ThrowsAsync<LdapException>(() => ConnectAsync(directory.Server with { Tls = LdapTls.Ldaps, CaFile = _caFile }));
    }

    [Fact]
    public async Task A_certificate_of_an_unknown_authority_is_refused()
    {
        await using var directory = new FakeDirectory(stream => SecureAsync(stream, "127.0.0.1"));
        await Assert.ThrowsAsync<LdapException>(() => ConnectAsync(directory.Server with { Tls = LdapTls.Ldaps }));
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
    }

    private static async Task UseAsync(FakeDirectory directory, LdapServer server)
    {
        await using LdapClient client = await ConnectAsync(server);
        Task<LdapResult> bind = client.BindAsync("cn=a", "b", default);
        await directory.SayAsync((await directory.HearAsync<LdapOperation.BindRequest>()).Id, new LdapOperation.BindResponse(LdapResult.Success));
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
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    private X509Certificate2 Certificate(string address)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Test directory", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Parse(address));
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 signed = request.Create(_authority, _authority.NotBefore, _authority.NotAfter, [1, 2, 3, 4]);
        return signed.CopyWithPrivateKey(key);
    }
}
