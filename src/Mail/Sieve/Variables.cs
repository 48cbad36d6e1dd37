using System.Globalization;

namespace DirMail.Mail.Sieve;

/// <summary>What a run has set (RFC 5229), and the parts of the last text that a pattern fitted. What was not set is empty.</summary>
internal sealed class Variables
{
    /// <summary>RFC 5229 6 asks for 128, of 4,000 characters, with names of 32.</summary>
    private const int Most = 128;

    public const int Longest = 4096, LongestName = 64;

    private readonly Dictionary<string, string> _values = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The whole text, then what each wildcard stood for.</summary>
    public string[] Matched { get; set; } = [];

    public string Value(string name) =>
        int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number < Matched.Length ? Matched[number] : "" : _values.GetValueOrDefault(name, "");

    /// <summary>False: there are too many.</summary>
    public bool TrySet(string name, string value)
    {
        _values[name] = Cut(value);
        return _values.Count <= Most;
    }

    public static string Cut(string value) =>
        value.Length <= Longest ? value : value[..(char.IsHighSurrogate(value[Longest - 1]) ? Longest - 1 : Longest)];
}
