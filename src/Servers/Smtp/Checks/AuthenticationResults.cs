using System.Text;

namespace DirMail.Servers.Smtp.Checks;

/// <summary>Composes an Authentication-Results field (RFC 8601 2.2). What strangers wrote is quoted.</summary>
internal sealed class AuthenticationResults(string server)
{
    private const string TokenMarks = "!#$%&'*+-.^_`{|}~@";

    private readonly List<string> _results = [];

    public bool IsEmpty => _results.Count == 0;

    /// <param name="reason">"" for none.</param>
    /// <param name="properties">Such as ("smtp.mailfrom", "ann@bcd.com"); those with "" are left out.</param>
    public void Add(string method, string result, string reason, params IEnumerable<(string Name, string Value)> properties)
    {
        var text = new StringBuilder(method).Append('=').Append(result);
        if (reason.Length > 0)
            text.Append(" reason=").Append(Quoted(reason));
        foreach ((string name, string value) in properties)
            if (value.Length > 0)
                text.Append("\r\n\t ").Append(name).Append('=').Append(value.All(static c => char.IsAsciiLetterOrDigit(c) || TokenMarks.Contains(c)) ? value : Quoted(value));
        _results.Add(text.ToString());
    }

    /// <summary>The field with its line end.</summary>
    public override string ToString() => $"Authentication-Results: {server};\r\n\t{(IsEmpty ? "none" : string.Join(";\r\n\t", _results))}\r\n";

    /// <summary>Methods and results alone, for the trail.</summary>
    public string Summary => string.Join(' ', _results.Select(static result => result.Split(' ', '\r')[0]));

    private static string Quoted(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (char c in text.Length > 200 ? text[..200] : text)
            quoted.Append(c is '"' or '\\' ? "\\" : "").Append(c is >= ' ' and <= '~' ? c : '?');
        return quoted.Append('"').ToString();
    }
}
