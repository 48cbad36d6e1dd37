using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace DirMail.Wire;

/// <summary>Which certificate is shown: by the server name of the client's hello, else by the local address. Two implementations: PEM files, and a self-made one.</summary>
public interface ICertificates
{
    X509Certificate2 Find(string? serverName, IPAddress localAddress);
}
