using System.CommandLine;
using DirMail.Admin;
using Spectre.Console;

namespace DirMail.Verbs;

/// <summary>`dirmail directory problems`.</summary>
internal static class DirectoryVerbs
{
    public static Command Create()
    {
        var problems = new Command("problems", "List what the directory says that is not, or not fully, in force, with entry and attribute") { CommonOptions.Json };
        problems.SetAction(ProblemsAsync);
        return new Command("directory", "Look at what the directory says") { problems };
    }

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
