using System.Net;
using Microsoft.Extensions.Logging;

namespace DirMail.Servers;

internal static partial class Log
{
    [LoggerMessage(700, LogLevel.Error, "{Service}: command {Verb} failed; the session was closed")]
    public static partial void CommandFailed(ILogger logger, Exception bug, string service, string verb);

    [LoggerMessage(701, LogLevel.Information, "{Service}: login of {Login} from {Client} refused: {Reason}")]
    public static partial void LoginRefused(ILogger logger, string service, string login, IPAddress client, string reason);

    [LoggerMessage(702, LogLevel.Information, "Host {Real} claimed to be {Claimed}")]
    public static partial void HostClaimed(ILogger logger, string real, string claimed);

    [LoggerMessage(710, LogLevel.Warning, "Block list {Zone} answers {Answer}, which it should not: passed over for {Time}")]
    public static partial void BlockListWrong(ILogger logger, string zone, IPAddress answer, TimeSpan time);

    [LoggerMessage(711, LogLevel.Warning, "Filter {Filter} cannot be asked: {Reason}")]
    public static partial void FilterFailed(ILogger logger, string filter, string reason);
}
