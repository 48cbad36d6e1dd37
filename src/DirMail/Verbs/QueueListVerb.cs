using System.CommandLine;
using DirMail.Admin;
using Spectre.Console;

namespace DirMail.Verbs;

/// <summary>`dirmail queue list`: a page of what waits, in order of arrival.</summary>
internal static class QueueListVerb
{
    private const int Page = 1000;

    private static readonly Option<int> Limit = new("--limit") { Description = "Most messages listed", HelpName = "NUMBER", DefaultValueFactory = _ => 100 };
    private static readonly Option<long?> After = new("--after") { Description = "Go on after the message of this number", HelpName = "ID" };

    public static Command Create()
    {
        var list = new Command("list", "List waiting messages: sender, identity, recipients, next attempt and why they wait") { QueueVerbs.OnlyHeld, Limit, After, CommonOptions.Json };
        foreach (Option option in QueueVerbs.Selection)
            list.Options.Add(option);
        list.SetAction(RunAsync);
        return list;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        using ControlClient control = CommonOptions.Control(arguments);
        QueueQuery query = QueueVerbs.Selected(arguments) with { IsStopped = arguments.GetValue(QueueVerbs.OnlyHeld) };
        bool json = arguments.GetValue(CommonOptions.Json);
        (int left, long? after) = (Math.Max(arguments.GetValue(Limit), 1), arguments.GetValue(After));
        using JsonList<QueueReport>? list = json ? new() : null;
        long messages = 0;
        IReadOnlyList<QueueReport> page;
        do
        {
            int asked = Math.Min(left, Page);
            page = await control.QueueAsync(query, after, asked, cancellationToken);
            list?.Add(page);
            if (!json && page.Count > 0)
                Show.Write(TableOf(page));
            (messages, left, after) = (messages + page.Count, page.Count < asked ? 0 : left - page.Count, page.Count > 0 ? page[^1].Id : after);
        }
        while (left > 0);
        if (!json)
            Show.Line(Told(messages, page.Count > 0 && messages >= arguments.GetValue(Limit) ? after : null));
        return ExitCode.Ok;
    }

    private static string Told(long messages, long? more) => messages == 0 ? "nothing waits"
        : more is { } last ? $"{QueueVerbs.Number(messages)} messages; there may be more: --after {QueueVerbs.Number(last)}" : $"{QueueVerbs.Number(messages)} messages";

    internal static Table TableOf(IReadOnlyList<QueueReport> page)
    {
        Table table = Show.Table("number", "message", "queue", "from", "leaves as", "to", "tries", "next", "why");
        foreach (QueueReport message in page)
            foreach (QueueRecipientReport recipient in message.Recipients)
                Show.Row(table, QueueVerbs.Number(message.Id), message.Message, $"{message.Domain}/{message.Channel}", message.Sender, message.Identity, recipient.Recipient,
                    QueueVerbs.Number(recipient.Attempts), QueueVerbs.Next(message, recipient), QueueVerbs.Why(message, recipient));
        return table;
    }
}
