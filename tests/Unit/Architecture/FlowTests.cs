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
    public void Every_method_is_in_the_file_before_it() => Assert.Empty(Steps()
        .Where(step => !Checkout.Source[step.File].Contains(step.Method + "(", StringComparison.Ordinal) && !Checkout.Source[step.File].Contains($" {step.Method}<", StringComparison.Ordinal))
        .Select(step => $"{step.File}: {step.Method}"));

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
