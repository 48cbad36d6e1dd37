using System.Net;
using Microsoft.Extensions.Logging;

namespace DirMail.Wire;

internal static partial class Log
{
    [LoggerMessage(300, LogLevel.Information, "{Listener} listens on {Endpoint}")]
    public static partial void Listening(ILogger logger, string listener, EndPoint endpoint);

    [LoggerMessage(301, LogLevel.Information, "{Listener} no longer listens on {Endpoint}")]
    public static partial void Unbound(ILogger logger, string listener, EndPoint endpoint);

    [LoggerMessage(302, LogLevel.Warning, "{Listener} cannot accept on {Endpoint}, tries again in {Wait}: {Reason}")]
    public static partial void AcceptFailed(ILogger logger, string listener, EndPoint endpoint, TimeSpan wait, string reason);

    [LoggerMessage(303, LogLevel.Warning, "{Listener} closed a connection of {Client} at once: limit of connections ({Reason})")]
    public static partial void Refused(ILogger logger, string listener, IPAddress client, ConnectionRefusal reason);

    [LoggerMessage(304, LogLevel.Error, "{Listener} session of {Client} ended by an error of ours")]
    public static partial void SessionFailed(ILogger logger, Exception error, string listener, IPEndPoint client);

    [LoggerMessage(305, LogLevel.Information, "{Listener} TLS handshake with {Client} failed: {Reason}")]
    public static partial void HandshakeFailed(ILogger logger, string listener, IPEndPoint client, string reason);

    [LoggerMessage(306, LogLevel.Warning, "{Listener} aborts {Count} connections that did not end in {Grace}")]
    public static partial void DrainAborts(ILogger logger, string listener, int count, TimeSpan grace);

    [LoggerMessage(307, LogLevel.Information, "{File}: certificate for {Names}, good until {NotAfter:yyyy-MM-dd}")]
    public static partial void CertificateLoaded(ILogger logger, string file, string names, DateTime notAfter);

    [LoggerMessage(308, LogLevel.Error, "{File}: {Reason}; {Consequence}")]
    public static partial void CertificateRefused(ILogger logger, string file, string reason, string consequence);

    [LoggerMessage(309, LogLevel.Information, "{File}: certificate taken away")]
    public static partial void CertificateGone(ILogger logger, string file);

    [LoggerMessage(310, LogLevel.Error, "The certificates in {Folder} cannot be looked at: {Reason}; those known stay in force")]
    public static partial void CertificateFolderFailed(ILogger logger, string folder, string reason);

    [LoggerMessage(311, LogLevel.Warning, "{Listener} closed a connection of the proxy {Proxy}: it did not begin with a header of the PROXY protocol")]
    public static partial void NoProxyHeader(ILogger logger, string listener, IPEndPoint proxy);
}
