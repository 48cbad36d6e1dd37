using System.Net;
using Microsoft.Extensions.Logging;

namespace DirMail.Servers.Pop3;

internal static partial class Pop3Log
{
    [LoggerMessage(740, LogLevel.Debug, "pop3 session from {Client} ended: {Reason}")]
    public static partial void Ended(this ILogger logger, IPAddress client, string reason);

    [LoggerMessage(742, LogLevel.Error, "pop3 command {Command} from {Client} failed")]
    public static partial void CommandFailed(this ILogger logger, Exception failure, string command, IPAddress client);

    [LoggerMessage(743, LogLevel.Information, "pop3 session from {Client} closed after {Errors} errors")]
    public static partial void TooManyErrors(this ILogger logger, IPAddress client, int errors);

    [LoggerMessage(744, LogLevel.Information, "pop3 TLS handshake with {Client} failed: {Reason}")]
    public static partial void HandshakeFailed(this ILogger logger, IPAddress client, string reason);

    [LoggerMessage(745, LogLevel.Error, "pop3 messages of account {Account} marked as deleted could not be removed")]
    public static partial void NotRemoved(this ILogger logger, Exception failure, DirMail.Mail.EntryId account);
}
