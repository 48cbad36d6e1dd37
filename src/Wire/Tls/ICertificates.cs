using System.Net;

namespace DirMail.Wire;

/// <summary>Which certificate is shown: by the local address, and by the server name of the client's hello (SNI). Two implementations: PEM files, and a self-made one.</summary>
public interface ICertificates
{
    /// <param name="serverName">Null when the client named none.</param>
    HostCertificate Find(string? serverName, IPAddress localAddress);
}
