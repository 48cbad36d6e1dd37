using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace DirMail.Wire;

/// <summary>A certificate made on first start and kept in the data folder (mode 0600): enough for STARTTLS until the site has a real one.</summary>
public sealed class SelfMadeCertificate : ICertificates
{
    private const string FileName = "selfmade.pem";
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    private readonly HostCertificate _certificate;

    private SelfMadeCertificate(HostCertificate certificate)
    {
        _certificate = certificate;
    }

    /// <summary>
    /// Loads it, or makes one for <paramref name="hostName"/> (ECDSA P-256, ten years). A file that is damaged, expired or for another name is replaced;
    /// <exception cref="IOException">when the folder cannot be written.</exception>
    /// </summary>
    public static SelfMadeCertificate LoadOrMake(string folder, string hostName, TimeProvider clock)
    {
        string path = Path.Combine(folder, FileName);
        if (Load(path, hostName, clock) is { } kept)
            return new(kept);
        string pem = Make(hostName, clock);
        Keep(path, pem);
        return new(FromPem(pem));
    }

    public HostCertificate Find(string? serverName, IPAddress localAddress) => _certificate;

    private static HostCertificate? Load(string path, string hostName, TimeProvider clock)
    {
        try
        {
            if (!File.Exists(path))
                return null;
            HostCertificate found = FromPem(File.ReadAllText(path));
            return found.Leaf.MatchesHostname(hostName) && found.Leaf.NotAfter.ToUniversalTime() > clock.GetUtcNow().UtcDateTime ? found : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private static HostCertificate FromPem(string pem) => HostCertificate.FromPem(pem, pem);

    private static string Make(string hostName, TimeProvider clock)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var subject = new X500DistinguishedNameBuilder();
        subject.AddCommonName(hostName.Length <= 64 ? hostName : "mail");
        var request = new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(hostName);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(ServerAuthentication)], false));
        DateTimeOffset now = clock.GetUtcNow();
        // a day back: clocks of clients differ
        using X509Certificate2 made = request.CreateSelfSigned(now.AddDays(-1), now.AddYears(10));
        return made.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem() + "\n";
    }

    private static void Keep(string path, string pem)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        string temporary = path + ".new";
        File.Delete(temporary);
        var mode = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            mode.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var file = new StreamWriter(temporary, mode))
            file.Write(pem);
        File.Move(temporary, path, overwrite: true);
    }
}
