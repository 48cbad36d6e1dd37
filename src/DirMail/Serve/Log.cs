using Microsoft.Extensions.Logging;

namespace DirMail.Serve;

internal static partial class Log
{
    [LoggerMessage(900, LogLevel.Warning, "The directory {Url} does not answer: starting without a routing table; recipients are told to try again later until it does")]
    public static partial void StartsWithoutDirectory(ILogger logger, string url);

    [LoggerMessage(901, LogLevel.Information, "DirMail {Version} serves {DataFolder}")]
    public static partial void Started(ILogger logger, string version, string dataFolder);

    [LoggerMessage(920, LogLevel.Error, "The addresses of this host changed, and the queue could not be told; mail that waits for one is tried at its time")]
    public static partial void AddressesNotLookedAt(ILogger logger, Exception failure);

    [LoggerMessage(921, LogLevel.Warning, "{Switches} is on: that an address can be bound does not say that it is on this host (setting allowNonlocalBind)")]
    public static partial void NonlocalBindOn(ILogger logger, string switches);

    [LoggerMessage(922, LogLevel.Information, "{File} changed and is read again")]
    public static partial void FileReadAgain(ILogger logger, string file);

    [LoggerMessage(923, LogLevel.Warning, "{File} changed and cannot be read, what it said before stays in force: {Reason}")]
    public static partial void FileNotReadAgain(ILogger logger, string file, string reason);

    [LoggerMessage(902, LogLevel.Information, "Stopping: no new connections, waiting up to {DrainTime} for those under way")]
    public static partial void Stopping(ILogger logger, TimeSpan drainTime);
}
