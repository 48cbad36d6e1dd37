using System.CommandLine;
using DirMail.Admin;
using DirMail.Routing;
using DirMail.Settings;
using Spectre.Console;

namespace DirMail.Verbs;

/// <summary>`dirmail directory problems` and `dirmail ldif load FILE`.</summary>
internal static class DirectoryVerbs
{
    private static readonly Argument<string> File = new("FILE") { Description = "LDIF with entries to add or changes to make (RFC 2849)" };

    public static Command CreateDirectory()
    {
        var problems = new Command("problems", "List what the directory says that is not, or not fully, in force, with entry and attribute") { CommonOptions.Json };
        problems.SetAction(ProblemsAsync);
        return new Command("directory", "Look at what the directory says") { problems };
    }

    public static Command CreateLdif()
    {
        var load = new Command("load", "Load an LDIF file into the directory; an unreadable file changes nothing") { File, LoginOptions.BindDn, LoginOptions.PasswordFile };
        load.SetAction(LoadAsync);
        return new Command("ldif", "Define domains and users from LDIF files") { load };
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

    private static async Task<int> LoadAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        ServerFile settings = CommonOptions.Load(arguments);
        if (!LoginOptions.TryRead(arguments, settings, out DirectoryLogin? login))
            return ExitCode.Usage;
        string file = arguments.GetValue(File)!;
        var administration = new Administration(settings.Directory);
        Task<AdministrationResult> Load(IProgress<int>? done) => administration.LoadLdifAsync(login!, file, done, cancellationToken);
        // a progress display is for a person who waits, not for a log
        AdministrationResult result = Console.IsOutputRedirected ? await Load(null) : await AnsiConsole.Progress().AutoClear(true)
            .Columns(new SpinnerColumn(), new TaskDescriptionColumn(), new ElapsedTimeColumn())
            .StartAsync(context =>
            {
                ProgressTask task = context.AddTask("loading", maxValue: double.MaxValue);
                return Load(new Progress<int>(records => task.Description($"{records} records")));
            });
        return LoginOptions.Report(result, result is AdministrationResult.Done loaded ? $"{loaded.Records} records loaded" : "");
    }
}
