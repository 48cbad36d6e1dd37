using System.Text.RegularExpressions;
using DirMail.Routing;

namespace DirMail.Unit.Architecture;

/// <summary>docs/schema.md says of each class and attribute what it does here.</summary>
public sealed partial class SchemaPageTests
{
    private static readonly string Page = Checkout.Text("docs/schema.md");

    private static readonly Dictionary<string, string> Rows = Page.Split('\n').Select(line => RowPattern().Match(line)).Where(m => m.Success)
        .SelectMany(m => NamePattern().Matches(m.Groups[1].Value).Select(n => (Name: n.Groups[1].Value, m.Value))).GroupBy(r => r.Name).ToDictionary(g => g.Key, g => string.Join('\n', g.Select(r => r.Value)));

    [Fact]
    public void Each_class_and_attribute_of_the_schema_has_its_row() => Assert.Empty(InSchema("schema/dirmail.ldif").Concat(InSchema("schema/dirmail-389.ldif")).Except(Rows.Keys).Distinct());

    [Fact]
    public void What_is_read_is_on_the_page() => Assert.All(AttributeNames.Standard, name => Assert.Contains($"`{name}`", Page, StringComparison.Ordinal));

    [Fact]
    public void What_has_no_effect_is_called_so() =>
        Assert.All(new AttributeNames().NotInForce, none => Assert.Contains("no effect in this version", Rows[none.Attribute], StringComparison.Ordinal));

    [Fact]
    public void The_files_of_the_commands_are_there() =>
        Assert.All(FilePattern().Matches(Page).Select(m => m.Value).Distinct(), file => Assert.True(Checkout.Has(file), file));

    private static IEnumerable<string> InSchema(string file)
    {
        string unfolded = Checkout.Text(file).Replace("\n ", "", StringComparison.Ordinal);
        return DefinitionPattern().Matches(unfolded).SelectMany(m => NameInDefinition().Matches(m.Groups[1].Value).Select(n => n.Groups[1].Value));
    }

    [GeneratedRegex(@"^\| ((?:`[\w]+`(?: = |, )?)+).*\|.*$")]
    private static partial Regex RowPattern();

    [GeneratedRegex(@"`(\w+)`")]
    private static partial Regex NamePattern();

    [GeneratedRegex(@"(?i)^(?:olc)?(?:attributeTypes|objectClasses): .*? NAME (\([^)]*\)|'[^']*')", RegexOptions.Multiline)]
    private static partial Regex DefinitionPattern();

    [GeneratedRegex(@"'(\w+)'")]
    private static partial Regex NameInDefinition();

    [GeneratedRegex(@"(?<![\w/])(?:schema|ldif)/[\w-]+\.(?:ldif|schema)")]
    private static partial Regex FilePattern();
}
