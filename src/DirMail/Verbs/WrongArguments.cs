using System.CommandLine;
using System.CommandLine.Invocation;

namespace DirMail.Verbs;

/// <summary>Arguments that are no verb's: what is wrong, and where the right ones are listed. A word that only lacks its verb (`dirmail queue`) is answered by its whole help.</summary>
internal static class WrongArguments
{
    public static async Task<int> TellAsync(ParseResult arguments)
    {
        Command verb = arguments.CommandResult.Command;
        bool lacksVerb = verb.Subcommands.Count > 0 && arguments.UnmatchedTokens.Count == 0;
        if (arguments.Action is ParseErrorAction action)
            action.ShowHelp = lacksVerb;
        await arguments.InvokeAsync(new() { Output = Console.Error });
        if (!lacksVerb)
            Show.Error($"`{CommandTree.NameOf(verb)} --help` shows what there is");
        return ExitCode.Usage;
    }
}
