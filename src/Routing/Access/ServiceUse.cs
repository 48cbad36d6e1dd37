using System.Net;
using DirMail.Mail;

namespace DirMail.Routing.Access;

/// <summary>What somebody wants to use, and from where.</summary>
/// <param name="IsProtected">Under TLS.</param>
internal readonly record struct ServiceUse(MailService Service, bool IsProtected, IPAddress Client);
