using System.CommandLine;
using System.Globalization;
using DirMail.Admin;
using DirMail.Transfer;
using Spectre.Console;

namespace DirMail.Verbs;

/// <summary>`dirmail queue list|flush`.</summary>
internal static class QueueVerbs
{
    private static readonly Option<string?> Domain = new("--domain") { Description = "Only the queue of this hosted domain", HelpName = "DOMAIN" };
    private static readonly Option<string?> Destination = new("--to") { Description = "Only mail to this destination domain", HelpName = "DOMAIN" };

    public static Command Create()
    {
        var list = new Command("list", "List waiting messages: sender, identity, recipients, next attempt and why they wait") { Domain, Destination, CommonOptions.Json };
        list.SetAction(ListAsync);
        var flush = new Command("flush", "Try waiting messages now") { Domain, Destination };
        flush.SetAction(FlushAsync);
        return new Command("queue", "See and run the outgoing queue") { list, flush };
    }

    private static async Task<int> ListAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        using ControlClient control = CommonOptions.Control(arguments);
        long? after = null;
        long messages = 0;
        bool json = arguments.GetValue(CommonOptions.Json);
        while (await control.QueueAsync(arguments.GetValue(Domain), arguments.GetValue(Destination), after, cancellationToken) is { Count: > 0 } page)
        {
            if (json)
                Show.Json(page);
            else
                Show.Write(TableOf(page));
            after = page[^1].Id;
            messages += page.Count;
        }
        if (!json)
            Show.Line(messages == 0 ? "the queue is empty" : string.Create(CultureInfo.InvariantCulture, $"{messages} messages"));
        return ExitCode.Ok;
    }

    internal static Table TableOf(IReadOnlyList<QueueReport> page)
    {
        Table table = Show.Table("message", "queue", "from", "leaves as", "to", "tries", "next", "why");
        foreach (QueueReport message in page)
            foreach (QueueRecipientReport recipient in message.Recipients)
                Show.Row(table, message.Message, $"{message.Domain}/{message.Channel}", message.Sender, message.Identity, recipient.Recipient,
                    recipient.Attempts.ToString(CultureInfo.InvariantCulture), Next(message, recipient), Why(message, recipient));
        return table;
    }

    /// <summary>What is held has no next attempt, whatever time its rows bear; what is on hold would be returned at that time.</summary>
    internal static string Next(QueueReport message, QueueRecipientReport recipient) => message switch
    {
        { HeldSince: { } since } => $"held since {Show.Time(since)}",
        { Channel: ChannelNames.Hold } => $"on hold, until {Show.Time(recipient.NextAttempt)} at most",
        _ => Show.Time(recipient.NextAttempt),
    };

    internal static string Why(QueueReport message, QueueRecipientReport recipient) =>
        string.Join("; ", new[] { message.WaitsFor is { } what ? $"waits for {what}" : null, recipient.Reason }.OfType<string>());

    private static async Task<int> FlushAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        using ControlClient control = CommonOptions.Control(arguments);
        FlushReport report = await control.FlushAsync(arguments.GetValue(Domain), arguments.GetValue(Destination), cancellationToken);
        Show.Line(string.Create(CultureInfo.InvariantCulture, $"{report.Recipients} recipients are due now"));
        return ExitCode.Ok;
    }
}
