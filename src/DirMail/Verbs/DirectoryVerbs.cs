using System.CommandLine;
using System.Globalization;
using DirMail.Admin;
using Spectre.Console;

namespace DirMail.Verbs;

/// <summary>`dirmail directory status|problems|accept`.</summary>
internal static class DirectoryVerbs
{
    private static readonly Option<string?> Domain = new("--domain") { Description = "Only what is held of that domain", HelpName = "DOMAIN" };

    public static Command Create()
    {
        var problems = new Command("problems", "List what the directory says that is not, or not fully, in force, with entry and attribute") { CommonOptions.Json };
        problems.SetAction(ProblemsAsync);
        var status = new Command("status", "Show how the directory is followed, how old the table is, what is kept on disk, and which removals are held back") { CommonOptions.Json };
        status.SetAction(StatusAsync);
        var accept = new Command("accept", "Let removals that are held back take effect: the directory means it") { Domain };
        accept.SetAction(AcceptAsync);
        return new Command("directory", "Look at what the directory says") { status, problems, accept };
    }

    private static async Task<int> StatusAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        using ControlClient control = CommonOptions.Control(arguments);
        FollowingReport report = await control.DirectoryAsync(cancellationToken);
        if (arguments.GetValue(CommonOptions.Json))
            Show.Json(report);
        else
            Print(report);
        return report.Directory.Loaded ? ExitCode.Ok : ExitCode.Failed;
    }

    private static void Print(FollowingReport report)
    {
        DirectoryReport directory = report.Directory;
        Table facts = Show.Table("", "directory").HideHeaders();
        Show.Row(facts, "server", directory.Url);
        Show.Row(facts, "followed", report.ConnectedSince is { } since ? $"by {report.Method} since {Show.Time(since)}" : "NOT connected: " + directory.LastError);
        Show.Row(facts, "table", directory.Loaded ? Text($"number {directory.TableNumber} as of {Show.Time(directory.AsOf)}: {directory.Domains} domains, {directory.Users} users, {directory.Problems} problems") : "never loaded");
        Show.Row(facts, "age", Show.Age(directory.AgeSeconds));
        Show.Row(facts, "kept in", report.CacheAsOf is { } asOf ? Text($"{report.CacheFolder}, {Show.Octets(report.CacheOctets)}, as of {Show.Time(asOf)}") : "nothing kept yet");
        if (report.CacheFailure is { } failure)
            Show.Row(facts, "keeping fails", failure);
        Show.Write(facts);
        if (report.Held.Count == 0)
            return;
        Table held = Show.Table("removals held back", "entries", "first");
        foreach (HeldReport one in report.Held)
            Show.Row(held, one.Domain, Text($"{one.Count}"), string.Join(", ", one.First));
        Show.Write(held);
        Show.Line("The directory no longer has these. Their mail goes on, their logins are refused. `dirmail directory accept` removes them.");
    }

    private static async Task<int> AcceptAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        using ControlClient control = CommonOptions.Control(arguments);
        AcceptReport accepted = await control.AcceptRemovalsAsync(arguments.GetValue(Domain), cancellationToken);
        Show.Line(accepted.Entries == 0 ? "nothing was held back" : Text($"{accepted.Entries} entries removed; the directory is read anew"));
        return ExitCode.Ok;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static async Task<int> ProblemsAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        using ControlClient control = CommonOptions.Control(arguments);
        IReadOnlyList<ProblemReport> problems = await control.ProblemsAsync(cancellationToken);
        if (arguments.GetValue(CommonOptions.Json))
        {
            Show.Json(problems);
            return ExitCode.Ok;
        }
        Table table = Show.Table("entry", "attribute", "problem");
        foreach (ProblemReport problem in problems)
            Show.Row(table, problem.Dn, problem.Attribute, problem.Text);
        if (problems.Count == 0)
            Show.Line("no problems: all that the directory says is in force");
        else
            Show.Write(table);
        return ExitCode.Ok;
    }
}
