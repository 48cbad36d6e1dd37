using System.Net;
using Microsoft.Extensions.Logging;

namespace DirMail.Channels;

internal static partial class Log
{
    [LoggerMessage(600, LogLevel.Error, "mail of {HostName} waits: its source address {Source} is not on this host")]
    public static partial void SourceNotAvailable(ILogger logger, string hostName, IPAddress source);

    [LoggerMessage(622, LogLevel.Warning, "the source address {Source} is on this host again: its mail is due")]
    public static partial void SourceAvailable(ILogger logger, IPAddress source);

    [LoggerMessage(601, LogLevel.Error, "the host's own mail would leave from the virtual address {Address}: set hostAddress to the host's own address")]
    public static partial void VirtualSourceChosen(ILogger logger, IPAddress address);

    [LoggerMessage(602, LogLevel.Information, "TLS with {Remote} failed ({Reason}), delivering without")]
    public static partial void TlsFailed(ILogger logger, string remote, string reason);

    [LoggerMessage(605, LogLevel.Warning, "TLS with {Remote} failed ({Reason}); {Wanted} it, so no mail goes there now")]
    public static partial void TlsRequired(ILogger logger, string remote, string reason, string wanted);

    [LoggerMessage(606, LogLevel.Error, "mail waits: the login {Login} at {Remote} is of no use, it {Reason}")]
    public static partial void LoginRefused(ILogger logger, string remote, string login, string reason);

    [LoggerMessage(607, LogLevel.Warning, "the MTA-STS policy of {Domain} could not be fetched anew; the one at hand holds until {Expires}")]
    public static partial void PolicyNotFetched(ILogger logger, string domain, DateTimeOffset expires);

    [LoggerMessage(603, LogLevel.Debug, "connected to {Remote} from {Local} as {HostName}, TLS {TlsVersion}")]
    public static partial void Connected(ILogger logger, string remote, IPEndPoint local, string hostName, string? tlsVersion);

    [LoggerMessage(620, LogLevel.Warning, "{Remote} is not tried again for {Time}: {Reason}")]
    public static partial void HostLeftAlone(ILogger logger, string remote, TimeSpan time, string reason);

    [LoggerMessage(621, LogLevel.Information, "{Remote} can be used again")]
    public static partial void HostUsable(ILogger logger, string remote);

    [LoggerMessage(604, LogLevel.Debug, "{Remote} cannot be used now: {Reason}")]
    public static partial void Skipped(ILogger logger, string remote, string reason);
}
