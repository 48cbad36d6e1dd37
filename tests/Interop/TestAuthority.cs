using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace DirMail.Interop;

/// <summary>A certificate authority of one test, with the files that servers and clients read.</summary>
internal sealed class TestAuthority : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dirmail-ca-").FullName;
    private readonly X509Certificate2 _own;

    public TestAuthority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Test authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        _own = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-9), DateTimeOffset.UtcNow.AddDays(90));
        File.WriteAllText(CaFile, _own.ExportCertificatePem());
    }

    public string CaFile => Path.Combine(_folder, "ca.pem");

    /// <summary>For 127.0.0.1, valid from yesterday until that many days from now.</summary>
    public ServerCertificate Issue(int days = 1) => Issue(days, names => names.AddIpAddress(IPAddress.Loopback));

    /// <summary>For a host name.</summary>
    public ServerCertificate Issue(string name, int days) => Issue(days, names => names.AddDnsName(name));

    private ServerCertificate Issue(int days, Action<SubjectAlternativeNameBuilder> name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=directory", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        name(names);
        request.CertificateExtensions.Add(names.Build());
        byte[] serial = RandomNumberGenerator.GetBytes(8);
        serial[0] = 1;
        using X509Certificate2 signed = request.Create(_own, DateTimeOffset.UtcNow.AddDays(-5), DateTimeOffset.UtcNow.AddDays(days), serial);
        string file = Path.Combine(_folder, Convert.ToHexString(serial));
        File.WriteAllText(file + ".pem", signed.ExportCertificatePem());
        File.WriteAllText(file + ".key", key.ExportPkcs8PrivateKeyPem());
        File.SetUnixFileMode(file + ".key", UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return new(file + ".pem", file + ".key", "sha256:" + Convert.ToHexString(SHA256.HashData(key.ExportSubjectPublicKeyInfo())));
    }

    public void Dispose()
    {
        _own.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}

/// <param name="Pin">As directory.pins takes it.</param>
public sealed record ServerCertificate(string File, string KeyFile, string Pin);
