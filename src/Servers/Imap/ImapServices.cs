using DirMail.Routing;
using DirMail.Store;
using DirMail.Transfer;
using DirMail.Wire;
using Microsoft.Extensions.Logging;

namespace DirMail.Servers.Imap;

/// <summary>What an IMAP session works with; shared by all of them.</summary>
public sealed record ImapServices
{
    public required ServerSettings Settings { get; init; }
    public required LiveTable Live { get; init; }
    public required Logins Logins { get; init; }
    public required MessageStore Store { get; init; }
    public required SessionRegistry Sessions { get; init; }

    /// <summary>For STARTTLS; null: not offered.</summary>
    public required ICertificates? Certificates { get; init; }

    public required TimeProvider Clock { get; init; }
    public required MailTrail Trail { get; init; }
    public required ILogger Logger { get; init; }
}
