using System.Text.Json;
using System.Text.RegularExpressions;
using DirMail.Settings;
using DirMail.Unit.Architecture;

namespace DirMail.Unit.Executable;

/// <summary>The program, docs/settings.md and config/dirmail.json name the same settings and the same defaults.</summary>
public sealed partial class SettingsGateTests
{
    private const int Budget = 91;

    /// <summary>Its default is the machine's own, so the file with all defaults cannot hold it.</summary>
    private const string OfTheMachine = "host.name";

    private static readonly JsonDocumentOptions Commented = new() { CommentHandling = JsonCommentHandling.Skip };

    private static IReadOnlyDictionary<string, string> Known { get; } = Ask();

    [Fact]
    public void The_page_lists_every_setting_and_no_other() => Assert.Equal(Known.Keys.Order(), Page().Keys.Order());

    [Fact]
    public void The_file_holds_every_setting_and_no_other() => Assert.Equal(Known.Keys.Where(key => key != OfTheMachine).Order(), ConfigurationFile().Keys.Order());

    [Fact]
    public void The_page_gives_the_program_s_defaults() => Assert.All(Page(), row =>
        Assert.Equal(row.Key == OfTheMachine ? "the machine's name" : Known[row.Key] is "" or "{}" ? "none" : $"`{Known[row.Key]}`", row.Value));

    [Fact]
    public void The_file_gives_the_program_s_defaults() => Assert.All(ConfigurationFile(), row => Assert.Equal(Known[row.Key], row.Value));

    [Fact]
    public void The_file_is_taken_without_a_word()
    {
        SettingsReader reader = SettingsReader.Open(Path.Combine(Checkout.Root, "config", "dirmail.json"), []);
        ServerFile.Read(reader, null);
        reader.Finish();
        Assert.Empty(reader.Problems);
    }

    [Fact]
    public void There_are_not_too_many() => Assert.InRange(Known.Count, 1, Budget);

    private static IReadOnlyDictionary<string, string> Ask()
    {
        SettingsReader reader = SettingsReader.Open(null, []);
        ServerFile.Read(reader, null);
        return reader.Known;
    }

    private static Dictionary<string, string> Page() => Row().Matches(Checkout.Text("docs/settings.md")).ToDictionary(row => row.Groups[1].Value, row => row.Groups[2].Value);

    private static Dictionary<string, string> ConfigurationFile()
    {
        using JsonDocument json = JsonDocument.Parse(Checkout.Text("config/dirmail.json"), Commented);
        return Leaves("", json.RootElement).ToDictionary();
    }

    private static IEnumerable<KeyValuePair<string, string>> Leaves(string key, JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object when element.EnumerateObject().Any() =>
            element.EnumerateObject().SelectMany(property => Leaves(key.Length == 0 ? property.Name : $"{key}.{property.Name}", property.Value)),
        JsonValueKind.Array => [new(key, string.Join(", ", element.EnumerateArray()))],
        JsonValueKind.True or JsonValueKind.False => [new(key, element.GetBoolean() ? "true" : "false")],
        _ => [new(key, element.ToString())],
    };

    [GeneratedRegex(@"(?m)^\| `([^`]+)` \| (.+?) \|")]
    private static partial Regex Row();
}
