using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace DirMail.Unit.Wire;

/// <summary>Certificates of an authority of its own, written as PEM files the way ACME clients do.</summary>
internal sealed class TestCertificates
{
    private readonly X509Certificate2 _authority;

    public TestCertificates()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Test authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        _authority = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-9), DateTimeOffset.UtcNow.AddDays(9));
    }

    /// <returns>The chain (certificate, then authority) and its key.</returns>
    public (string Chain, string Key) Issue(params string[] names)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={names[0]}", key, HashAlgorithmName.SHA256);
        var alternative = new SubjectAlternativeNameBuilder();
        foreach (string name in names)
            alternative.AddDnsName(name);
        request.CertificateExtensions.Add(alternative.Build());
        byte[] serial = RandomNumberGenerator.GetBytes(8);
        serial[0] = 1;
        using X509Certificate2 signed = request.Create(_authority, DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(5), serial);
        return ($"{signed.ExportCertificatePem()}\n{_authority.ExportCertificatePem()}\n", key.ExportPkcs8PrivateKeyPem() + "\n");
    }

    /// <summary>FILE.pem and FILE.key, the key for its owner only.</summary>
    public void Write(string folder, string file, params string[] names)
    {
        (string chain, string key) = Issue(names);
        WriteKey(Path.Combine(folder, file + ".key"), key);
        File.WriteAllText(Path.Combine(folder, file + ".pem"), chain);
    }

    public static void WriteKey(string file, string key)
    {
        File.WriteAllText(file, key);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }
}
