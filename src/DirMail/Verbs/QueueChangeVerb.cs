using System.CommandLine;
using DirMail.Admin;

namespace DirMail.Verbs;

/// <summary>`dirmail queue flush|hold|release|retry|cancel`: what is done to waiting mail.</summary>
internal static class QueueChangeVerb
{
    private static readonly Option<bool> All = new("--all") { Description = "All that waits, when nothing else says which mail is meant" };
    private static readonly Option<bool> Return = new("--return") { Description = "Send it back to its sender with a report, instead of dropping it silently" };

    public static Command Create(QueueAction action)
    {
        var verb = new Command(action.ToString().ToLowerInvariant(), Description(action)) { QueueVerbs.Ids, CommonOptions.Json };
        foreach (Option option in QueueVerbs.Selection)
            verb.Options.Add(option);
        if (action != QueueAction.Flush)
            verb.Options.Add(All);
        if (action == QueueAction.Cancel)
        {
            verb.Options.Add(Return);
            verb.Options.Add(Confirm.Yes);
        }
        verb.SetAction((arguments, cancellationToken) => RunAsync(action, arguments, cancellationToken));
        return verb;
    }

    private static async Task<int> RunAsync(QueueAction action, ParseResult arguments, CancellationToken cancellationToken)
    {
        QueueQuery query = QueueVerbs.Selected(arguments) with { Ids = arguments.GetValue(QueueVerbs.Ids) ?? [] };
        bool all = action != QueueAction.Flush && arguments.GetValue(All);
        if (action != QueueAction.Flush && query.IsAll && !all)
        {
            Show.Error("say which mail is meant: a number, --domain, --to, --user, --address, --channel, or --all");
            return ExitCode.Usage;
        }
        if (action == QueueAction.Cancel && arguments.GetValue(Return))
            action = QueueAction.Return;
        if (action is QueueAction.Cancel && !Confirm.Asked(arguments, "This mail will be lost, and nobody will be told."))
            return ExitCode.Usage;
        using ControlClient control = CommonOptions.Control(arguments);
        QueueChangeReport report = await control.ChangeQueueAsync(action, query, all, cancellationToken);
        if (arguments.GetValue(CommonOptions.Json))
            Show.Json(report);
        else
            Show.Line($"{QueueVerbs.Number(report.Recipients)} recipients {Done(action)}");
        // nothing was where the person thought it was
        return report.Recipients == 0 && query.Ids.Count > 0 ? ExitCode.Failed : ExitCode.Ok;
    }

    private static string Description(QueueAction action) => action switch
    {
        QueueAction.Flush => "Try waiting messages now",
        QueueAction.Hold => "Keep waiting messages here, untried, until they are released",
        QueueAction.Release => "Let messages go that were held by hand",
        QueueAction.Retry => "Begin anew with waiting messages: try them now, with no attempts made and all their time before them",
        _ => "Take waiting messages out of the queue",
    };

    private static string Done(QueueAction action) => action switch
    {
        QueueAction.Flush => "are due now",
        QueueAction.Hold => "are held",
        QueueAction.Release => "are released",
        QueueAction.Retry => "begin anew",
        QueueAction.Return => "go back to their senders",
        _ => "are cancelled",
    };
}
