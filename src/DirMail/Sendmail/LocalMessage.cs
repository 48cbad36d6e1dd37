using System.Text;

namespace DirMail.Sendmail;

/// <summary>A message from standard input: its header in memory (bounded), its body still to be read. Octets are kept as Latin-1 characters.</summary>
internal sealed class LocalMessage
{
    private const int MaxHeaderLines = 20_000;

    private readonly List<string> _header = [];
    private readonly TextReader _input;
    private readonly bool _ignoresDots;
    private string? _first;
    private bool _isOver;

    private LocalMessage(TextReader input, bool ignoresDots) => (_input, _ignoresDots) = (input, ignoresDots);

    public static async Task<LocalMessage> ReadAsync(Stream input, bool ignoresDots, CancellationToken cancellationToken)
    {
        var message = new LocalMessage(new StreamReader(input, Encoding.Latin1, detectEncodingFromByteOrderMarks: false), ignoresDots);
        await message.ReadHeaderAsync(cancellationToken);
        return message;
    }

    public bool Has(string name) => _header.Exists(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase));

    /// <summary>Of To, Cc and Bcc; of Resent-To ... alone, where there are such (RFC 5322 3.6.6).</summary>
    public IReadOnlyList<string> Recipients()
    {
        string prefix = Has("Resent-To") || Has("Resent-Cc") || Has("Resent-Bcc") ? "Resent-" : "";
        return [.. new[] { "To", "Cc", "Bcc" }.SelectMany(name => Values(prefix + name)).SelectMany(WrittenAddresses.In)];
    }

    /// <summary>Lines of header and body without their ends, as they are to be sent.</summary>
    public async IAsyncEnumerable<string> LinesAsync(string addedHeader)
    {
        if (addedHeader.Length > 0)
            yield return addedHeader;
        foreach (string line in _header)
            yield return line;
        yield return "";
        for (string? line = _first; !_isOver && line is not null; line = await LineAsync(default))
            yield return line;
    }

    private async Task ReadHeaderAsync(CancellationToken cancellationToken)
    {
        while (await LineAsync(cancellationToken) is { } line)
        {
            bool isField = line is [' ' or '\t', ..] ? _header.Count > 0 : line.IndexOf(':') is > 0 and var colon && !line.AsSpan(0, colon).ContainsAny(' ', '\t');
            if (line.Length == 0)
            {
                _first = await LineAsync(cancellationToken);
                return;
            }
            if (_header.Count == 0 && line.TrimStart('>').StartsWith("From ", StringComparison.Ordinal))
                continue;
            if (!isField || _header.Count == MaxHeaderLines)
            {
                // text begins at once: what was written for people has no blank line
                _first = line;
                return;
            }
            _header.Add(line);
        }
        _isOver = true;
    }

    private async Task<string?> LineAsync(CancellationToken cancellationToken)
    {
        string? line = _isOver ? null : await _input.ReadLineAsync(cancellationToken);
        _isOver |= line is null || (line == "." && !_ignoresDots);
        return _isOver ? null : line;
    }

    private IEnumerable<string> Values(string name)
    {
        for (int i = 0; i < _header.Count; i++)
        {
            if (!_header[i].StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))
                continue;
            var value = new StringBuilder(_header[i][(name.Length + 1)..]);
            for (int next = i + 1; next < _header.Count && _header[next] is [' ' or '\t', ..]; next++)
                value.Append(_header[next]);
            yield return value.ToString();
        }
    }
}
