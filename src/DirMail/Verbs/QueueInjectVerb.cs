using System.CommandLine;
using DirMail.Admin;

namespace DirMail.Verbs;

/// <summary>`dirmail queue inject`: puts a message in its readable form into the queue.</summary>
internal static class QueueInjectVerb
{
    private static readonly Argument<string> File = new("FILE") { Description = "The readable form of a message; - reads standard input" };

    public static Command Create()
    {
        var inject = new Command("inject", "Put a message in the form of `queue show --raw` into the queue") { File, CommonOptions.Json };
        inject.SetAction(RunAsync);
        return inject;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        string file = arguments.GetValue(File)!;
        try
        {
            using ControlClient control = CommonOptions.Control(arguments);
            await using Stream input = file == "-" ? Console.OpenStandardInput() : System.IO.File.OpenRead(file);
            InjectReport report = await control.InjectAsync(input, cancellationToken);
            if (arguments.GetValue(CommonOptions.Json))
                Show.Json(report);
            else
                Show.Line($"accepted as {report.Message}");
            return ExitCode.Ok;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Show.Error($"{file}: {failure.Message}");
        }
        catch (ControlException refused)
        {
            Show.Error($"{file}: {refused.Message}");
        }
        return ExitCode.Failed;
    }
}
