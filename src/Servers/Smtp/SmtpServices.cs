using DirMail.Routing;
using DirMail.Store;
using DirMail.Transfer;
using DirMail.Wire;
using Microsoft.Extensions.Logging;

namespace DirMail.Servers.Smtp;

/// <summary>What an SMTP server works with.</summary>
public sealed record SmtpServices
{
    public required SmtpRole Role { get; init; }
    public required ServerSettings Settings { get; init; }
    public required LiveTable Live { get; init; }
    public required Logins Logins { get; init; }
    public required SessionRegistry Sessions { get; init; }
    public required MessageStore Store { get; init; }
    public required TransferUnit Transfer { get; init; }
    public required MailTrail Trail { get; init; }
    public required ILogger Logger { get; init; }

    /// <summary>Domains with a fixed route are not asked for in DNS.</summary>
    public Routes Routes { get; init; } = new([]);

    /// <summary>Null: no DNS here; recipients' domains are not checked and clients have no reverse names.</summary>
    public IDnsClient? Dns { get; init; }

    /// <summary>Null: STARTTLS is not offered.</summary>
    public ICertificates? Certificates { get; init; }
}

public enum SmtpRole
{
    /// <summary>Mail from other servers; own users may log in to send.</summary>
    Relay,

    /// <summary>Own users only (RFC 6409).</summary>
    Submission,
}
