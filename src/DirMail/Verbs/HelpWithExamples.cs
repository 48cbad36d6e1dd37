using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace DirMail.Verbs;

/// <summary>The usual help, and below it the verb's examples of docs/cli.md.</summary>
internal sealed class HelpWithExamples(HelpAction usual) : SynchronousCommandLineAction
{
    public override int Invoke(ParseResult parseResult)
    {
        TextWriter output = parseResult.InvocationConfiguration.Output;
        using var text = new StringWriter();
        parseResult.InvocationConfiguration.Output = text;
        int exit = usual.Invoke(parseResult);
        parseResult.InvocationConfiguration.Output = output;
        // the library names the program by its assembly; people type the script's name
        output.Write(text.ToString().Replace($"  {parseResult.RootCommandResult.Command.Name} ", "  dirmail ", StringComparison.Ordinal));
        IReadOnlyList<string> examples = ManualPage.Standard.ExamplesOf(CommandTree.NameOf(parseResult.CommandResult.Command));
        if (examples.Count == 0)
            return exit;
        output.WriteLine("Examples:");
        foreach (string example in examples)
            output.WriteLine("  " + example);
        output.WriteLine();
        return exit;
    }
}
