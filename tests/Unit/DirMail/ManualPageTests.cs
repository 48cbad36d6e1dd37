using System.CommandLine;
using System.CommandLine.Parsing;
using DirMail.Verbs;

namespace DirMail.Unit.Executable;

/// <summary>docs/cli.md says what the verbs say: none is missing, none is made up, and its examples can be typed.</summary>
public class ManualPageTests
{
    private static readonly RootCommand Root = CommandTree.Create();
    private static readonly IReadOnlyList<Command> Verbs = [.. Leaves(Root)];

    [Fact]
    public void Every_verb_has_a_section_and_every_section_a_verb() =>
        Assert.Equal(Verbs.Select(CommandTree.NameOf).Order(StringComparer.Ordinal), ManualPage.Standard.Verbs.Order(StringComparer.Ordinal));

    /// <summary>In the synopsis, or below it.</summary>
    [Fact]
    public void Every_option_and_argument_is_named() => Assert.All(Verbs, verb =>
    {
        string text = ManualPage.Standard.TextOf(CommandTree.NameOf(verb));
        Assert.All(verb.Options.Where(o => !o.Recursive), option => Assert.True(text.Contains(option.Name, StringComparison.Ordinal), $"{CommandTree.NameOf(verb)}: {option.Name}"));
        Assert.All(verb.Arguments, argument => Assert.True(text.Contains(argument.HelpName ?? argument.Name, StringComparison.Ordinal), $"{CommandTree.NameOf(verb)}: {argument.Name}"));
    });

    [Fact]
    public void Every_option_that_is_named_is_one() => Assert.All(Verbs, verb =>
    {
        string[] known = [.. verb.Options.Concat(Root.Options).SelectMany(o => o.Aliases.Append(o.Name))];
        string synopsis = string.Join(' ', ManualPage.Standard.TextOf(CommandTree.NameOf(verb)).Split('\n').Where(l => l.StartsWith("    ", StringComparison.Ordinal)));
        Assert.All(synopsis.Split([' ', '[', ']', '.', '|'], StringSplitOptions.RemoveEmptyEntries).Where(w => w.StartsWith("--", StringComparison.Ordinal)), word => Assert.Contains(word, known));
    });

    [Fact]
    public void Every_verb_has_examples_that_can_be_read() => Assert.All(Verbs, verb =>
    {
        string name = CommandTree.NameOf(verb);
        IReadOnlyList<string> examples = ManualPage.Standard.ExamplesOf(name);
        Assert.NotEmpty(examples);
        Assert.All(examples, example =>
        {
            Assert.Contains(name, example, StringComparison.Ordinal);
            Assert.Empty(Root.Parse(Typed(example)).Errors.Select(e => $"{example}: {e.Message}"));
        });
    });

    [Fact]
    public void Help_ends_with_the_examples()
    {
        using var output = new StringWriter();
        Root.Parse(["user", "passwd", "--help"]).Invoke(new() { Output = output });
        Assert.EndsWith($"Examples:{Environment.NewLine}  dirmail user passwd alice@bcd.com --generate{Environment.NewLine}  dirmail user passwd alice@bcd.com --bind-dn alice@bcd.com", output.ToString().TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public void Verbs_say_what_they_do() => Assert.All(Verbs, verb => Assert.False(string.IsNullOrWhiteSpace(verb.Description), CommandTree.NameOf(verb)));

    /// <summary>What the shell would hand to the program: after a pipe or "&lt;(", up to the next.</summary>
    private static string[] Typed(string example)
    {
        string rest = example[(example.IndexOf("dirmail ", StringComparison.Ordinal) + "dirmail ".Length)..];
        int end = rest.IndexOfAny(['|', '>', ')']);
        return [.. CommandLineParser.SplitCommandLine((end < 0 ? rest : rest[..end]).Replace('\'', '"'))];
    }

    private static IEnumerable<Command> Leaves(Command command) => command.Subcommands.Count == 0 ? [command] : command.Subcommands.SelectMany(Leaves);
}
