using DirMail.Ldap.Client;
using Microsoft.Extensions.Logging;

namespace DirMail.Ldap;

/// <summary>Event ids 100 to 199; the tree of the embedded directory has 150 and up.</summary>
internal static partial class Log
{
    [LoggerMessage(100, LogLevel.Debug, "Connected to {Server}, TLS {Tls}")]
    public static partial void Connected(ILogger logger, string server, LdapTls tls);

    [LoggerMessage(101, LogLevel.Debug, "Connection to {Server} ended: {Reason}")]
    public static partial void ConnectionEnded(ILogger logger, string server, string reason);

    [LoggerMessage(102, LogLevel.Information, "{Server} said unasked: {What}")]
    public static partial void Unsolicited(ILogger logger, string server, string what);

    [LoggerMessage(103, LogLevel.Warning, "An entry was left out, because its name cannot be read: {Name}")]
    public static partial void NameUnreadable(ILogger logger, string name);

    [LoggerMessage(104, LogLevel.Debug, "{Server} was not told {Operation}: {Reason}")]
    public static partial void GoodbyeNotSent(ILogger logger, string server, string operation, string reason);

    [LoggerMessage(106, LogLevel.Warning, "{Server} refers {Operation} to {Urls}: referrals are not followed; name that server in directory.url instead")]
    public static partial void Referred(ILogger logger, string server, string operation, string urls);

    [LoggerMessage(107, LogLevel.Warning, "{Server} refers a part of the search below '{Base}' to {Urls}: that part is left out, and further references of this search are not told")]
    public static partial void Reference(ILogger logger, string server, string @base, string urls);

    [LoggerMessage(105, LogLevel.Error, "The reader of the connection to {Server} failed")]
    public static partial void ReaderFailed(ILogger logger, Exception exception, string server);
}
