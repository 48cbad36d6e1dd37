namespace DirMail.Verbs;

/// <summary>docs/cli.md, which is part of the program: a section for each verb, headed by its name, with examples between fences.</summary>
internal sealed class ManualPage
{
    private const string Heading = "## ";
    private const string Fence = "```";

    private readonly Dictionary<string, List<string>> _sections = [];

    public ManualPage(TextReader page)
    {
        List<string>? section = null;
        while (page.ReadLine() is { } line)
            if (line.StartsWith(Heading, StringComparison.Ordinal))
                _sections[line[Heading.Length..]] = section = [];
            else
                section?.Add(line);
    }

    public static ManualPage Standard { get; } = Read();

    public IEnumerable<string> Verbs => _sections.Keys;

    /// <summary>Empty for what has no section.</summary>
    public string TextOf(string verb) => string.Join('\n', _sections.GetValueOrDefault(verb) ?? []);

    public IReadOnlyList<string> ExamplesOf(string verb)
    {
        List<string> lines = _sections.GetValueOrDefault(verb) ?? [];
        int from = lines.IndexOf(Fence), to = lines.LastIndexOf(Fence);
        return from < 0 ? [] : lines[(from + 1)..to];
    }

    private static ManualPage Read()
    {
        using var reader = new StreamReader(typeof(ManualPage).Assembly.GetManifestResourceStream("cli.md")!);
        return new(reader);
    }
}
