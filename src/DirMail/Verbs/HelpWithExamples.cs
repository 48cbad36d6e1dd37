using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace DirMail.Verbs;

/// <summary>The usual help, and below it the verb's examples of docs/cli.md.</summary>
internal sealed class HelpWithExamples(HelpAction usual) : SynchronousCommandLineAction
{
    public override int Invoke(ParseResult parseResult)
    {
        int exit = usual.Invoke(parseResult);
        IReadOnlyList<string> examples = ManualPage.Standard.ExamplesOf(CommandTree.NameOf(parseResult.CommandResult.Command));
        if (examples.Count == 0)
            return exit;
        TextWriter output = parseResult.InvocationConfiguration.Output;
        output.WriteLine("Examples:");
        foreach (string example in examples)
            output.WriteLine("  " + example);
        output.WriteLine();
        return exit;
    }
}
