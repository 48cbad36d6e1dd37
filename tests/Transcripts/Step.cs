using System.Text;
using System.Text.RegularExpressions;

namespace DirMail.Transcripts;

/// <summary>One line of a transcript. What each form means stands in README.md of this folder.</summary>
internal abstract partial record Step(int Number)
{
    /// <summary>"! words"</summary>
    public sealed record Order(int Number, string[] Words) : Step(Number);

    /// <summary>"A> text" (with CR LF) or "A>> text" (octets as escaped, no line end).</summary>
    public sealed record Send(int Number, string Client, string Text) : Step(Number);

    /// <summary>"A&lt; pattern"; null: the connection ends. "A&lt;&lt; pattern" passes over lines until one matches.</summary>
    public sealed record Expect(int Number, string Client, string? Pattern, bool PassesOver = false) : Step(Number);

    public static IReadOnlyList<Step> Read(string file)
    {
        List<Step> steps = [];
        int number = 0;
        foreach (string line in File.ReadLines(file))
        {
            number++;
            if (line.Length == 0 || line[0] == '#')
                continue;
            steps.Add(Parse(number, line) ?? throw new FormatException($"{file}:{number}: neither '# comment', '! order', 'A> text', 'A>> octets', 'A< pattern', 'A<< pattern' nor 'A<EOF'"));
        }
        return steps;
    }

    private static Step? Parse(int number, string line)
    {
        if (line.StartsWith("! ", StringComparison.Ordinal))
            return new Order(number, line[2..].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Match match = Line().Match(line);
        if (!match.Success)
            return null;
        (string client, string kind, string text) = (match.Groups[1].Value, match.Groups[2].Value, match.Groups[3].Value);
        return kind switch
        {
            ">" => new Send(number, client, Filled(text) + "\r\n"),
            ">>" => new Send(number, client, Octets(Filled(text))),
            "<EOF" => new Expect(number, client, null),
            _ => new Expect(number, client, Filled(text), PassesOver: kind == "<<"),
        };
    }

    /// <summary>{plain USER PASSWORD} is a PLAIN response, {base64 TEXT} what it says, {N*TEXT} the text N times.</summary>
    private static string Filled(string text) => Field().Replace(text, static match =>
    {
        string[] words = match.Groups[1].Value.Split(' ');
        return words switch
        {
            ["plain", var user, var password] => Convert.ToBase64String(Encoding.UTF8.GetBytes($"\0{user}\0{password}")),
            ["base64", .. var rest] => Convert.ToBase64String(Encoding.UTF8.GetBytes(string.Join(' ', rest))),
            _ when match.Groups[2].Success => string.Concat(Enumerable.Repeat(match.Groups[3].Value, int.Parse(match.Groups[2].Value, System.Globalization.CultureInfo.InvariantCulture))),
            _ => match.Value,
        };
    });

    private static string Octets(string text) => text.Replace("\\r", "\r", StringComparison.Ordinal).Replace("\\n", "\n", StringComparison.Ordinal).Replace("\\0", "\0", StringComparison.Ordinal);

    [GeneratedRegex(@"^([A-Z])(>>|>|<EOF|<<|<)(?: (.*))?$")]
    private static partial Regex Line();

    [GeneratedRegex(@"\{((?:plain|base64) [^}]*|(\d+)\*([^}]*))\}")]
    private static partial Regex Field();
}
