using System.Text;

namespace DirMail.Mail;

/// <summary>Texts of several lines as attributes of the directory hold them: in one value, "$" ends a line, "\24" and "\5c" are a $ and a \ (SCHEMA 3.6).</summary>
public static class DirectoryText
{
    private const int MostCharacters = 32 * 1024;

    /// <summary>The lines, with CR LF between them, without control characters but tabs; what is too long is cut.</summary>
    /// <param name="variables">What stands in the text, whatever the case of its letters, and what comes in its place: text without line ends.</param>
    public static string Filled(string template, params ReadOnlySpan<(string Name, string Value)> variables)
    {
        var filled = new StringBuilder();
        for (int i = 0; i < template.Length && filled.Length < MostCharacters; i++)
            if (Variable(template, i, variables) is { } variable)
                (_, i) = (filled.Append(variable.Value), i + variable.Name.Length - 1);
            else if (template[i] is '$' or '\n')
                filled.Append("\r\n");
            else if (Is(template, i, "\\24"))
                (_, i) = (filled.Append('$'), i + 2);
            else if (Is(template, i, "\\5c"))
                (_, i) = (filled.Append('\\'), i + 2);
            else if (template[i] == '\t' || !char.IsControl(template[i]))
                filled.Append(template[i]);
        return filled.ToString();
    }

    /// <summary>As one line.</summary>
    public static string Line(string text) => string.Concat(text.Select(static c => char.IsControl(c) ? ' ' : c)).Trim();

    private static (string Name, string Value)? Variable(string template, int at, ReadOnlySpan<(string Name, string Value)> variables)
    {
        foreach ((string Name, string Value) variable in variables)
            if (Is(template, at, variable.Name))
                return variable;
        return null;
    }

    private static bool Is(string text, int at, string what) => string.Compare(text, at, what, 0, what.Length, StringComparison.OrdinalIgnoreCase) == 0;
}
