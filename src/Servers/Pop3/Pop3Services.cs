using DirMail.Routing;
using DirMail.Store;
using DirMail.Transfer;
using DirMail.Wire;
using Microsoft.Extensions.Logging;

namespace DirMail.Servers.Pop3;

/// <summary>What POP3 works with. Servers on several ports share one, and with it the exclusive use of maildrops.</summary>
public sealed record Pop3Services
{
    public required ServerSettings Settings { get; init; }
    public required LiveTable Live { get; init; }
    public required Logins Logins { get; init; }
    public required SessionRegistry Sessions { get; init; }
    public required MessageStore Store { get; init; }
    public required MailTrail Trail { get; init; }
    public required ILogger Logger { get; init; }

    /// <summary>Null: STLS is not offered.</summary>
    public ICertificates? Certificates { get; init; }

    internal MaildropLocks Locks { get; } = new();
}
