using System.Net;
using Microsoft.Extensions.Logging;

namespace DirMail.Servers.Ldap;

/// <summary>Event ids 770 to 789.</summary>
internal static partial class LdapLog
{
    [LoggerMessage(770, LogLevel.Information, "ldap: {Client} sent octets that are no LDAP: {Reason}")]
    public static partial void Garbage(ILogger logger, IPAddress client, string reason);

    [LoggerMessage(771, LogLevel.Error, "ldap: a fault of this program in {Operation}")]
    public static partial void Fault(ILogger logger, Exception fault, string operation);
}
