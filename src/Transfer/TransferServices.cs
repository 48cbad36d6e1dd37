using DirMail.Mail;
using DirMail.Routing;
using DirMail.Store;
using Microsoft.Extensions.Logging;

namespace DirMail.Transfer;

/// <summary>What both halves of the transfer unit (accepting and scheduling) work with.</summary>
public sealed record TransferServices
{
    public required MessageStore Store { get; init; }
    public required LiveTable Live { get; init; }
    public required TransferSettings Settings { get; init; }
    public required MailTrail Trail { get; init; }
    public required ILogger Logger { get; init; }
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>For a message that is made here and goes to these: it lies where one from outside would.</summary>
    public ContentWriter NewContent(IEnumerable<MailAddress> recipients) => Store.NewContent(Live.Current.PartitionOf(recipients));
}
