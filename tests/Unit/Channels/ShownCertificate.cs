using System.Net;
using System.Security.Cryptography.X509Certificates;
using DirMail.Unit.Wire;
using DirMail.Wire;

namespace DirMail.Unit.Channels;

/// <summary>A certificate of an authority of its own.</summary>
internal sealed class ShownCertificate : ICertificates
{
    private readonly HostCertificate _certificate;

    public ShownCertificate(string name)
    {
        (string chain, string key) = new TestCertificates().Issue(name);
        _certificate = HostCertificate.FromPem(chain, key);
        var all = new X509Certificate2Collection();
        all.ImportFromPem(chain);
        Authority = all[1];
    }

    public X509Certificate2 Own => _certificate.Leaf;
    public X509Certificate2 Authority { get; }

    public HostCertificate Find(string? serverName, IPAddress localAddress) => _certificate;
}
