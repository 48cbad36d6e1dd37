using System.Net;
using Microsoft.Extensions.Logging;

namespace DirMail.Servers.Imap;

internal static partial class ImapLog
{
    [LoggerMessage(721, LogLevel.Debug, "imap {Login} from {Client}: session ended: {Reason}")]
    public static partial void Ended(this ILogger logger, string login, IPAddress client, string reason);

    [LoggerMessage(722, LogLevel.Error, "imap {Login}: {Command} failed")]
    public static partial void CommandFailed(this ILogger logger, Exception exception, string login, string command);

    [LoggerMessage(723, LogLevel.Information, "imap from {Client}: closed after {Errors} errors in a row")]
    public static partial void TooManyErrors(this ILogger logger, IPAddress client, int errors);

    [LoggerMessage(724, LogLevel.Error, "imap {Login}: message with UID {Uid} in mailbox {Mailbox} cannot be read")]
    public static partial void Unreadable(this ILogger logger, Exception exception, string login, uint uid, long mailbox);

    [LoggerMessage(725, LogLevel.Error, "imap {Login}: the store failed in {Command}")]
    public static partial void StoreFailed(this ILogger logger, Exception exception, string login, string command);
}
