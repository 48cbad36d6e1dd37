using System.Net;
using DirMail.Mail;

namespace DirMail.Routing;

/// <summary>Rules of mailDomainAllowedServiceAccess and mailAllowedServiceAccess (SCHEMA 3.4): parsed once, asked at each login. Pure.</summary>
public sealed class ServiceRules
{
    /// <summary>No attribute: everything is allowed.</summary>
    public static ServiceRules AllowAll { get; } = new();

    /// <summary>Never fails: what cannot be read refuses nobody by itself and is told in <paramref name="problem"/>.</summary>
    public static ServiceRules Parse(string text, out string? problem) => throw new NotImplementedException();

    /// <param name="isProtected">The session is under TLS: a rule for the s-form of a service matches such sessions only.</param>
    public bool Allows(MailService service, bool isProtected, IPAddress client) => throw new NotImplementedException();
}
