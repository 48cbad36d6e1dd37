using System.Text.RegularExpressions;

namespace DirMail.Unit.Architecture;

/// <summary>docs/flow.md walks through files and methods that are there.</summary>
public sealed partial class FlowTests
{
    private static string Page { get; } = Checkout.Text("docs/flow.md");

    [Fact]
    public void Every_file_is_there()
    {
        string[] files = [.. File().Matches(Page).Select(file => file.Groups[1].Value).Distinct()];
        Assert.True(files.Length > 40, "the walks name their files");
        Assert.All(files, file => Assert.True(Checkout.Has(file), file));
    }

    /// <summary>A method stands behind the file that declares it, in the same row.</summary>
    [Fact]
    public void Every_method_is_in_the_file_before_it()
    {
        (string File, string Method)[] steps = [.. Steps()];
        Assert.True(steps.Length > 80, "the walks name their methods");
        Assert.All(steps, step => Assert.Matches($@"(?m)^\s+(public|private|internal|protected) [^=;\n]*\b{step.Method}(<\w+>)?\(", Checkout.Source[step.File]));
    }

    private static IEnumerable<(string File, string Method)> Steps()
    {
        foreach (string line in Page.Split('\n'))
        {
            string? file = null;
            foreach (Match quoted in Quoted().Matches(line))
                if (File().IsMatch(quoted.Value))
                    file = quoted.Groups[1].Value;
                else if (file is not null && Method().Match(quoted.Value) is { Success: true } method && Checkout.Source.ContainsKey(file))
                    yield return (file, method.Groups[1].Value);
        }
    }

    [GeneratedRegex(@"`([^`]+)`")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"`((?:src|tests|docs|ldif|config|schema)/[\w./-]+)`")]
    private static partial Regex File();

    [GeneratedRegex(@"^`(\w+)\(\)`$")]
    private static partial Regex Method();
}
