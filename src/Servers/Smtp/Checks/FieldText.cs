using System.Text;

namespace DirMail.Servers.Smtp.Checks;

/// <summary>Writes fields that a filter gives: what it says must stay one field, whatever characters it has.</summary>
internal static class FieldText
{
    private const int MaxOctets = 16 * 1024;

    /// <summary>The field with its line end; "" when the name cannot be one.</summary>
    public static string Of(string name, string value)
    {
        if (name.Length is 0 or > 200 || !name.All(static c => c is > ' ' and <= '~' and not ':'))
            return "";
        var text = new StringBuilder(name).Append(": ");
        string[] lines = value[..Math.Min(value.Length, MaxOctets)].Replace("\r", "", StringComparison.Ordinal).Replace("\0", "", StringComparison.Ordinal).Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            if (i > 0 && string.IsNullOrWhiteSpace(lines[i]))
                continue;
            if (i > 0)
                text.Append(lines[i][0] is ' ' or '\t' ? "\r\n" : "\r\n\t");
            text.Append(i == 0 ? lines[0].TrimStart(' ') : lines[i]);
        }
        return text.Append("\r\n").ToString();
    }
}
