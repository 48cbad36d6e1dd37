using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;

namespace DirMail.Mail.Sieve;

/// <summary>A string of a script, in which "${name}" and "${1}" stand for variables where the script requires them (RFC 5229 3). What has not that form stays as it is.</summary>
internal sealed partial class Template
{
    private readonly ImmutableArray<Part> _parts;

    private Template(ImmutableArray<Part> parts) => _parts = parts;

    /// <summary>The string itself, when nothing in it varies; else null.</summary>
    public string? Literal => _parts.IsEmpty ? "" : _parts is [{ IsVariable: false } only] ? only.Text : null;

    public static Template Of(string text, bool hasVariables)
    {
        ImmutableArray<Part>.Builder parts = ImmutableArray.CreateBuilder<Part>();
        int end = 0;
        if (hasVariables)
            foreach (Match match in Reference().Matches(text))
            {
                if (match.Index > end)
                    parts.Add(new(text[end..match.Index], IsVariable: false));
                parts.Add(new(match.Groups[1].Value, IsVariable: true));
                end = match.Index + match.Length;
            }
        if (end < text.Length)
            parts.Add(new(text[end..], IsVariable: false));
        return new(parts.DrainToImmutable());
    }

    /// <summary>With the values of now. Longer than a variable may be, it is cut off.</summary>
    public string In(SieveRun run)
    {
        if (Literal is { } literal)
            return literal;
        var text = new StringBuilder();
        foreach (Part part in _parts)
        {
            string next = part.IsVariable ? run.Variables.Value(part.Text) : part.Text;
            if (text.Length > Variables.Longest || !run.Spend(1 + next.Length))
                break;
            text.Append(next);
        }
        return Variables.Cut(text.ToString());
    }

    public static ImmutableArray<string> In(ImmutableArray<Template> templates, SieveRun run) => [.. templates.Select(template => template.In(run))];

    /// <summary>"${name.part}" belongs to an extension (RFC 5229 3).</summary>
    public static bool NamesNamespace(string text) => Namespace().IsMatch(text);

    [GeneratedRegex(@"\$\{[A-Za-z_][A-Za-z0-9_]*\.[A-Za-z0-9_.]+\}")]
    private static partial Regex Namespace();

    [GeneratedRegex(@"\$\{([A-Za-z_][A-Za-z0-9_]*|[0-9]{1,9})\}")]
    private static partial Regex Reference();

    private readonly record struct Part(string Text, bool IsVariable);
}
