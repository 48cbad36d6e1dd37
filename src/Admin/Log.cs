using Microsoft.Extensions.Logging;

namespace DirMail.Admin;

internal static partial class Log
{
    [LoggerMessage(800, LogLevel.Warning, "Control socket: a process of user id {UserId} was refused; only the server's own user and root may connect")]
    public static partial void PeerRefused(ILogger logger, uint userId);
}
