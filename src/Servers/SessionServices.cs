using DirMail.Routing;
using DirMail.Store;
using DirMail.Transfer;
using DirMail.Wire;
using Microsoft.Extensions.Logging;

namespace DirMail.Servers;

/// <summary>What the sessions of every mail protocol work with. Given by the wiring, shared by all sessions.</summary>
public record SessionServices
{
    public required ServerSettings Settings { get; init; }
    public required LiveTable Live { get; init; }
    public required Logins Logins { get; init; }
    public required SessionRegistry Sessions { get; init; }
    public required MessageStore Store { get; init; }
    public required MailTrail Trail { get; init; }
    public required ILogger Logger { get; init; }

    /// <summary>Null: TLS is not offered.</summary>
    public ICertificates? Certificates { get; init; }

    /// <summary>Null: no DNS here; recipients' domains are not checked and clients have no reverse names.</summary>
    public IDnsClient? Dns { get; init; }

    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
