using System.CommandLine;
using DirMail.Admin;
using Spectre.Console;

namespace DirMail.Verbs;

/// <summary>`dirmail queue show`: one queued message, as a table or in its readable form.</summary>
internal static class QueueShowVerb
{
    private const int MostParts = 1000;

    private static readonly Argument<string> Id = new("ID") { Description = "Number of `dirmail queue list`, or the id of an accepted message" };
    private static readonly Option<bool> Raw = new("--raw") { Description = "Print envelope, boundary line and message, octet for octet, as `dirmail queue inject` reads it" };

    public static Command Create()
    {
        var show = new Command("show", "Show one queued message") { Id, Raw, CommonOptions.Json };
        show.SetAction(RunAsync);
        return show;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        using ControlClient control = CommonOptions.Control(arguments);
        string id = arguments.GetValue(Id)!;
        IReadOnlyList<QueueReport> parts = await control.QueueAsync(new() { Ids = [id] }, null, MostParts, cancellationToken);
        if (parts.Count == 0)
            throw new ControlException($"{id} is not in the queue (any more)");
        if (arguments.GetValue(Raw))
            return await PrintRawAsync(control, parts, cancellationToken);
        if (arguments.GetValue(CommonOptions.Json))
            Show.Json(parts);
        else
            foreach (QueueReport part in parts)
                Print(part);
        return ExitCode.Ok;
    }

    private static async Task<int> PrintRawAsync(ControlClient control, IReadOnlyList<QueueReport> parts, CancellationToken cancellationToken)
    {
        if (parts.Count > 1)
        {
            Show.Error($"that message waits in {QueueVerbs.Number(parts.Count)} parts, each to a destination: name one by its number: {string.Join(", ", parts.Select(p => QueueVerbs.Number(p.Id)))}");
            return ExitCode.Failed;
        }
        await using Stream output = Console.OpenStandardOutput();
        await control.CopyRawAsync(parts[0].Id, output, cancellationToken);
        return ExitCode.Ok;
    }

    private static void Print(QueueReport message)
    {
        Table facts = Show.Table("", QueueVerbs.Number(message.Id)).HideHeaders();
        Show.Row(facts, "number", QueueVerbs.Number(message.Id));
        Show.Row(facts, "message", message.Message);
        Show.Row(facts, "queue", $"{message.Domain}/{message.Channel}");
        Show.Row(facts, "destination", message.Destination);
        Show.Row(facts, "from", message.Sender);
        Show.Row(facts, "leaves as", message.Identity);
        Show.Row(facts, "size", Show.Octets(message.Octets));
        Show.Row(facts, "arrived", Show.Time(message.Arrived));
        Show.Row(facts, "expires", Show.Time(message.Expires));
        Show.Write(facts);
        Table recipients = Show.Table("to", "given as", "tries", "next", "why");
        foreach (QueueRecipientReport recipient in message.Recipients)
            Show.Row(recipients, recipient.Recipient, recipient.Given, QueueVerbs.Number(recipient.Attempts), QueueVerbs.Next(message, recipient), QueueVerbs.Why(message, recipient));
        Show.Write(recipients);
    }
}
