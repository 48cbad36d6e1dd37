using System.Globalization;
using System.Text.Json;
using Spectre.Console;

namespace DirMail.Verbs;

/// <summary>How verbs print: tables for people, JSON for programs, errors on standard error.</summary>
internal static class Show
{
    private static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Into a file or a pipe go plain text and lines as long as they need to be.</summary>
    static Show()
    {
        if (!Console.IsOutputRedirected)
            return;
        AnsiConsole.Profile.Capabilities.Ansi = false;
        AnsiConsole.Profile.Capabilities.ColorSystem = ColorSystem.NoColors;
        AnsiConsole.Profile.Width = 160;
    }

    public static Table Table(params string[] columns)
    {
        Table table = new Table().RoundedBorder().BorderColor(Color.Grey);
        foreach (string column in columns)
            table.AddColumn($"[bold]{column}[/]");
        return table;
    }

    /// <summary>Cells are plain text: whatever the directory holds is escaped here.</summary>
    public static void Row(Table table, params string?[] cells) => table.AddRow([.. cells.Select(c => new Text(c ?? ""))]);

    public static void Write(Spectre.Console.Rendering.IRenderable shown) => AnsiConsole.Write(shown);

    public static void Line(string text) => AnsiConsole.WriteLine(text);

    public static void Json<T>(T value) => Console.Out.WriteLine(JsonSerializer.Serialize(value, Indented));

    /// <summary>On one line, for programs that read line by line.</summary>
    public static void JsonLine<T>(T value) => Console.Out.WriteLine(JsonSerializer.Serialize(value, JsonSerializerOptions.Web));

    public static void Error(string text)
    {
        foreach (string line in text.Split('\n'))
            Console.Error.WriteLine("dirmail: " + line);
    }

    public static string Octets(long octets) => octets switch
    {
        < 1 << 10 => string.Create(CultureInfo.InvariantCulture, $"{octets} B"),
        < 1 << 20 => string.Create(CultureInfo.InvariantCulture, $"{octets / 1024.0:0.0} KB"),
        < 1 << 30 => string.Create(CultureInfo.InvariantCulture, $"{octets / 1048576.0:0.0} MB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{octets / 1073741824.0:0.0} GB"),
    };

    public static string Age(double seconds) => TimeSpan.FromSeconds(Math.Floor(seconds)).ToString("c", CultureInfo.InvariantCulture);

    public static string Time(DateTimeOffset time) => time.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
