using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace DirMail.Wire;

/// <summary>Which certificate is shown: by the server name of the client's hello, else by the local address. Two implementations: PEM files, and a self-made one.</summary>
public interface ICertificates
{
    X509Certificate2 Find(string? serverName, IPAddress localAddress);
}

/// <summary>A certificate made on first start and kept in the data folder (mode 0600): enough for STARTTLS until the site has a real one.</summary>
public sealed class SelfMadeCertificate : ICertificates
{
    /// <summary>Loads it, or makes one for <paramref name="hostName"/> (ECDSA P-256, ten years).</summary>
    public static SelfMadeCertificate LoadOrMake(string folder, string hostName, TimeProvider clock) => throw new NotImplementedException();

    public X509Certificate2 Find(string? serverName, IPAddress localAddress) => throw new NotImplementedException();
}
