using System.CommandLine;
using System.Globalization;
using DirMail.Admin;
using DirMail.Transfer;

namespace DirMail.Verbs;

/// <summary>`dirmail queue`: what waits, of one domain, user, address or all. The verbs have files of their own; here is what they share.</summary>
internal static class QueueVerbs
{
    public static readonly Option<string?> Domain = new("--domain") { Description = "Only the queues of this hosted domain", HelpName = "DOMAIN", CompletionSources = { Completions.Domains } };
    public static readonly Option<string?> Destination = new("--to") { Description = "Only mail to this destination domain", HelpName = "DOMAIN" };
    public static readonly Option<string?> User = new("--user") { Description = "Only mail of this hosted user: sent as the user, or from or to one of the user's addresses", HelpName = "USER@DOMAIN" };
    public static readonly Option<string?> Address = new("--address") { Description = "Only mail from or to this address", HelpName = "ADDRESS" };
    public static readonly Option<string?> Channel = new("--channel") { Description = "Only the queues of this channel: smtp, local, hold, reprocess or return", HelpName = "CHANNEL" };
    public static readonly Option<bool> OnlyHeld = new("--held") { Description = "Only what an administrator keeps here (`dirmail queue hold`)" };
    public static readonly Argument<string[]> Ids = new("ID") { Description = "Numbers of `dirmail queue list`, or ids of accepted messages", Arity = ArgumentArity.ZeroOrMore };

    public static IEnumerable<Option> Selection => [Domain, Destination, User, Address, Channel];

    public static Command Create() => new("queue", "See the queue, and act on what waits")
    {
        QueueListVerb.Create(), QueueShowVerb.Create(), QueueStatisticsVerbs.CreateStatistics(), QueueStatisticsVerbs.CreateWatch(),
        QueueChangeVerb.Create(QueueAction.Flush), QueueChangeVerb.Create(QueueAction.Hold), QueueChangeVerb.Create(QueueAction.Release), QueueChangeVerb.Create(QueueAction.Retry),
        QueueChangeVerb.Create(QueueAction.Cancel), QueueInjectVerb.Create(),
    };

    public static QueueQuery Selected(ParseResult arguments) => new()
    {
        Domain = arguments.GetValue(Domain),
        To = arguments.GetValue(Destination),
        User = arguments.GetValue(User),
        Address = arguments.GetValue(Address),
        Channel = arguments.GetValue(Channel),
    };

    /// <summary>What is held has no next attempt, whatever time its rows bear; what is on hold would be returned at that time.</summary>
    internal static string Next(QueueReport message, QueueRecipientReport recipient) => message switch
    {
        _ when recipient.StoppedSince is { } stopped => $"held by hand since {Show.Time(stopped)}",
        { HeldSince: { } since } => $"held since {Show.Time(since)}",
        { Channel: ChannelNames.Hold } => $"on hold, until {Show.Time(recipient.NextAttempt)} at most",
        _ => Show.Time(recipient.NextAttempt),
    };

    internal static string Why(QueueReport message, QueueRecipientReport recipient) => string.Join("; ",
        new[] { recipient.StoppedSince is null ? null : "waits for `dirmail queue release`", message.WaitsFor is { } what ? $"waits for {what}" : null, recipient is { Stage: { } stage, Reason: { } reason } ? $"at {stage}: {reason}" : recipient.Reason }.OfType<string>());

    internal static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
