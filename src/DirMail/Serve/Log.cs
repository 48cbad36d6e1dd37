using Microsoft.Extensions.Logging;

namespace DirMail.Serve;

internal static partial class Log
{
    [LoggerMessage(900, LogLevel.Warning, "The directory {Url} does not answer: starting without a routing table; recipients are told to try again later until it does")]
    public static partial void StartsWithoutDirectory(ILogger logger, string url);

    [LoggerMessage(901, LogLevel.Information, "DirMail {Version} serves {DataFolder}")]
    public static partial void Started(ILogger logger, string version, string dataFolder);

    [LoggerMessage(902, LogLevel.Information, "Stopping: no new connections, waiting up to {DrainTime} for those under way")]
    public static partial void Stopping(ILogger logger, TimeSpan drainTime);
}
