using System.CommandLine;
using DirMail.Demo;

namespace DirMail.Verbs;

/// <summary>`dirmail demo`: the whole product in under a minute.</summary>
internal static class DemoVerb
{
    private static readonly Option<string?> Ldap = new("--ldap")
    {
        Description = "Use this directory, loaded with schema/ and ldif/example.ldif, instead of the embedded one",
        HelpName = "URL",
    };

    public static Command Create()
    {
        var command = new Command("demo", "Show the whole product in a temporary folder on free ports; exit 0 only if all was seen as expected") { Ldap };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        await using var run = new DemoRun();
        try
        {
            return await run.RunAsync(arguments.GetValue(Ldap), cancellationToken) ? ExitCode.Ok : ExitCode.Failed;
        }
        catch (Exception failure) when (failure is IOException or System.Net.Sockets.SocketException)
        {
            Show.Error(failure.Message);
            return ExitCode.Failed;
        }
    }
}
