using DirMail.Mail;
using Microsoft.Extensions.Logging;

namespace DirMail.Transfer;

/// <summary>One line for each event in a message's life, with its id, besides the logs: connected, authenticated, refused, accepted, attempted, finished (category "DirMail.Trail").</summary>
public sealed partial class MailTrail(ILogger logger)
{
    private readonly ILogger _logger = logger;

    [LoggerMessage(550, LogLevel.Information, "connected {Service} from {Client} to {Local}")]
    public partial void Connected(string service, string client, string local);

    [LoggerMessage(551, LogLevel.Information, "authenticated {Service} {Login} from {Client}")]
    public partial void Authenticated(string service, string login, string client);

    [LoggerMessage(552, LogLevel.Information, "refused {Service} {Subject} from {Client}: {Reply}")]
    public partial void Refused(string service, string subject, string client, string reply);

    [LoggerMessage(557, LogLevel.Information, "checked {MessageId} from <{Sender}> by {Client}: {Results}")]
    public partial void Checked(string client, string sender, string messageId, string results);

    [LoggerMessage(553, LogLevel.Information, "accepted {Id} from <{Sender}> by {Client}: {Octets} octets, {Local} local, {Queued} queued")]
    public partial void Accepted(AcceptanceId id, string sender, string client, long octets, int local, int queued);

    [LoggerMessage(554, LogLevel.Information, "attempted {Id} to <{Recipient}> by {Channel}: {Outcome}")]
    public partial void Attempted(AcceptanceId id, string recipient, string channel, string outcome);

    [LoggerMessage(555, LogLevel.Information, "finished {Id} to <{Recipient}>: {Outcome}")]
    public partial void Finished(AcceptanceId id, string recipient, string outcome);
}
