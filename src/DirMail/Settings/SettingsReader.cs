using System.Globalization;
using System.Net;
using System.Text.Json;

namespace DirMail.Settings;

/// <summary>
/// Reads settings one by one from a JSON file and the environment (<c>DIRMAIL__Section__Name</c>, which wins). Every key asked for is a known setting; what is
/// malformed or unknown is collected in <see cref="Problems"/>, each line naming the setting and what it accepts.
/// </summary>
internal sealed class SettingsReader
{
    private const string EnvironmentPrefix = "DIRMAIL__";

    private readonly Dictionary<string, string> _values = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, string> _origin = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> _problems = [];
    private readonly Dictionary<string, string> _known = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Known settings and their defaults as text, in the order asked for: what docs/settings.md must list.</summary>
    public IReadOnlyDictionary<string, string> Known => _known;

    public IReadOnlyList<string> Problems => _problems;

    /// <param name="file">Null: no file, defaults and environment only.</param>
    public static SettingsReader Open(string? file, IEnumerable<KeyValuePair<string, string>> environment)
    {
        var reader = new SettingsReader();
        if (file is not null)
            reader.ReadFile(file);
        foreach ((string name, string value) in environment)
            if (name.StartsWith(EnvironmentPrefix, StringComparison.OrdinalIgnoreCase))
                reader.Set(name[EnvironmentPrefix.Length..].Replace("__", ".", StringComparison.Ordinal), value, name);
        return reader;
    }

    public string Text(string key, string fallback) => Take(key, fallback) ?? fallback;

    /// <summary>Null: off.</summary>
    public int? Port(string key, int fallback) =>
        Parse<int?>(key, fallback, fallback.ToString(CultureInfo.InvariantCulture), "a port number, 0 to 65535 (0: any free port), or off", TryPort);

    public int Count(string key, int fallback, int least, int most) =>
        Number(key, fallback, least, most, string.Create(CultureInfo.InvariantCulture, $"a whole number, {least} to {most}"));

    /// <summary>Permissions of a file in octal.</summary>
    public UnixFileMode Mode(string key, string fallback) =>
        Parse(key, (UnixFileMode)Convert.ToInt32(fallback, 8), fallback, "permissions in octal, like 0660", static (string text, out UnixFileMode mode) =>
        {
            bool isMode = text.Length is 3 or 4 && text.All(static c => c is >= '0' and <= '7');
            mode = isMode ? (UnixFileMode)Convert.ToInt32(text, 8) : default;
            return isMode;
        });

    public bool Switch(string key, bool fallback) => Parse(key, fallback, fallback ? "true" : "false", "true or false", (string text, out bool value) => bool.TryParse(text, out value));

    public TimeSpan Duration(string key, TimeSpan fallback) =>
        Parse(key, fallback, Units.Show(fallback), "a time with its unit, at most 49d: 500ms, 30s, 5m, 4h or 5d", Units.TryDuration);

    public IReadOnlyList<TimeSpan> Durations(string key, IReadOnlyList<TimeSpan> fallback) =>
        Parse(key, fallback, string.Join(", ", fallback.Select(Units.Show)), "a list of times with units, e.g. [\"1m\", \"5m\", \"1h\"]", Units.TryDurations);

    public long Size(string key, long fallback) => Parse(key, fallback, Units.Show(fallback), "a size in octets, or with K, M or G", Units.TrySize);

    public T Choice<T>(string key, T fallback) where T : struct, Enum
    {
        string[] words = [.. Enum.GetNames<T>().Select(Lower)];
        return Parse(key, fallback, Lower(fallback.ToString()), "one of " + string.Join(", ", words),
            (string text, out T value) => Enum.TryParse(text, ignoreCase: true, out value) && words.Contains(text.ToLowerInvariant()));
    }

    public IReadOnlyList<string> List(string key, IReadOnlyList<string> fallback) =>
        Take(key, string.Join(", ", fallback)) is { } text ? text.Split([',', '\n'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) : fallback;

    /// <summary>Addresses and networks; none by default.</summary>
    public IReadOnlyList<IPNetwork> Networks(string key)
    {
        var networks = new List<IPNetwork>();
        foreach (string word in List(key, []))
            if (IPNetwork.TryParse(word, out IPNetwork network))
                networks.Add(network);
            else if (IPAddress.TryParse(word, out IPAddress? address))
                networks.Add(new(address, address.GetAddressBytes().Length * 8));
            else
                Refuse(key, "IP addresses or networks, e.g. [\"192.0.2.7\", \"2001:db8::/32\"]");
        return networks;
    }

    /// <summary>A section whose names are the site's own, like <c>routes</c>.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Map(string key)
    {
        _known[key] = "{}";
        string prefix = key + ".";
        return [.. _values.Where(v => v.Key.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)).Select(v => KeyValuePair.Create(v.Key[prefix.Length..], v.Value))];
    }

    /// <summary>A problem with a value that only the caller can judge.</summary>
    /// <param name="shown">What is said of the value; null: all of it.</param>
    public void Refuse(string key, string accepts, string? shown = null)
    {
        string problem = $"{_origin.GetValueOrDefault(key, "settings")}: {key} is '{shown ?? _values.GetValueOrDefault(key)}': give {accepts}";
        if (!_problems.Contains(problem))
            _problems.Add(problem);
    }

    /// <summary>After the last setting was asked for: names that nobody asked for are misspelt.</summary>
    public void Finish()
    {
        string[] maps = [.. _known.Where(k => k.Value == "{}").Select(k => k.Key + ".")];
        foreach (string key in _values.Keys)
            if (!_known.ContainsKey(key) && !maps.Any(m => key.StartsWith(m, StringComparison.OrdinalIgnoreCase)))
                _problems.Add($"{_origin[key]}: no setting is named '{key}'{Nearest(key)}; docs/settings.md lists them");
    }

    private delegate bool TryParse<T>(string text, out T value);

    private T Parse<T>(string key, T fallback, string shown, string accepts, TryParse<T> parse)
    {
        if (Take(key, shown) is not { } text)
            return fallback;
        if (parse(text.Trim(), out T value))
            return value;
        Refuse(key, accepts);
        return fallback;
    }

    private static bool TryPort(string text, out int? port)
    {
        bool isNumber = ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ushort number);
        port = isNumber ? number : null;
        return isNumber || text.Equals("off", StringComparison.OrdinalIgnoreCase);
    }

    private int Number(string key, int fallback, int least, int most, string accepts) =>
        Parse(key, fallback, fallback.ToString(CultureInfo.InvariantCulture), accepts,
            (string text, out int value) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= least && value <= most);

    private string? Take(string key, string shown)
    {
        _known[key] = shown;
        return _values.GetValueOrDefault(key);
    }

    private void Set(string key, string value, string origin)
    {
        _values[key] = value;
        _origin[key] = origin;
    }

    private void ReadFile(string file)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(file), new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
            Flatten("", json.RootElement, file);
        }
        catch (JsonException broken)
        {
            _problems.Add($"{file}: line {broken.LineNumber + 1}: not JSON: {broken.Message.Split(". ")[0]}");
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            _problems.Add($"{file}: cannot be read: {unreadable.Message}");
        }
    }

    private void Flatten(string key, JsonElement element, string file)
    {
        if (element.ValueKind == JsonValueKind.Object)
            foreach (JsonProperty property in element.EnumerateObject())
                Flatten(key.Length == 0 ? property.Name : $"{key}.{property.Name}", property.Value, file);
        else if (element.ValueKind == JsonValueKind.Array)
            Set(key, string.Join('\n', element.EnumerateArray().Select(e => e.ToString())), file);
        else
            Set(key, element.ToString(), file);
    }

    private string Nearest(string key)
    {
        string last = key[(key.LastIndexOf('.') + 1)..];
        string? near = _known.Keys.FirstOrDefault(k => k.EndsWith("." + last, StringComparison.OrdinalIgnoreCase) || k.StartsWith(key, StringComparison.OrdinalIgnoreCase));
        return near is null ? "" : $" (did you mean '{near}'?)";
    }

    private static string Lower(string word) => word.ToLowerInvariant();
}
