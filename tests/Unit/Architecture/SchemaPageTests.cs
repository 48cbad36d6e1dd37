using System.Text.RegularExpressions;
using DirMail.Routing;

namespace DirMail.Unit.Architecture;

/// <summary>docs/schema.md says of each class and attribute what it does here.</summary>
public sealed partial class SchemaPageTests
{
    private static readonly string Page = Checkout.Text("docs/schema.md");

    private static readonly Dictionary<string, string> Rows = Page.Split('\n').Select(line => RowPattern().Match(line)).Where(m => m.Success)
        .SelectMany(m => NamePattern().Matches(m.Groups[1].Value).Select(n => (Name: n.Groups[1].Value, m.Value))).GroupBy(r => r.Name).ToDictionary(g => g.Key, g => string.Join('\n', g.Select(r => r.Value)));

    /// <summary>For people and provisioning tools.</summary>
    private static readonly string[] s_notOurs = ["preferredMailHost", "preferredMailMessageStore", "dataSource", "adminRole", "mgmanHidden"];

    [Fact]
    public void Each_class_and_attribute_of_the_schema_has_its_row() => Assert.Empty(InSchema("schema/dirmail.ldif").Concat(InSchema("schema/dirmail-389.ldif")).Except(Rows.Keys).Distinct());

    [Fact]
    public void What_is_read_is_on_the_page() => Assert.All(AttributeNames.Standard, name => Assert.Contains($"`{name}`", Page, StringComparison.Ordinal));

    /// <summary>Each is read, or told as a problem where an entry has it, or is none of a server's business; and the page says which.</summary>
    [Fact]
    public void What_has_no_effect_is_called_so()
    {
        string[] without = [.. new AttributeNames().NotInForce.Select(static none => none.Attribute)];
        string[] attributes = [.. InSchema("schema/dirmail.ldif", "attributeTypes").Concat(InSchema("schema/dirmail-389.ldif", "attributeTypes")).Distinct()];
        Assert.Empty(attributes.Except(AttributeNames.Standard).Except(without).Except(s_notOurs));
        Assert.Empty(without.Concat(s_notOurs).Intersect(AttributeNames.Standard));
        Assert.Equal(without.Order(StringComparer.Ordinal), attributes.Where(static name => Rows[name].Contains("no effect in this version", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.All(s_notOurs, static name => Assert.Contains("no effect by design", Rows[name], StringComparison.Ordinal));
    }

    [Fact]
    public void The_files_of_the_commands_are_there() =>
        Assert.All(FilePattern().Matches(Page).Select(m => m.Value).Distinct(), file => Assert.True(Checkout.Has(file), file));

    /// <param name="kind">attributeTypes or objectClasses; "": both.</param>
    private static IEnumerable<string> InSchema(string file, string kind = "")
    {
        string unfolded = Checkout.Text(file).Replace("\n ", "", StringComparison.Ordinal);
        return DefinitionPattern().Matches(unfolded).Where(m => m.Value.AsSpan(0, m.Value.IndexOf(':')).EndsWith(kind, StringComparison.OrdinalIgnoreCase)).SelectMany(m => NameInDefinition().Matches(m.Groups[1].Value).Select(n => n.Groups[1].Value));
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
