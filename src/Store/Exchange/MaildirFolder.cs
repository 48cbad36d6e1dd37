using System.Collections.Immutable;
using System.Globalization;

namespace DirMail.Store.Exchange;

/// <summary>A mailbox as a Maildir: flags as letters behind ":2,", keywords as letters that the file dovecot-keywords explains, the internal date as the file's time.</summary>
internal sealed class MaildirFolder : IMailFolder
{
    private const string KeywordFile = "dovecot-keywords";
    private const int MostKeywords = 26;
    private static readonly byte[] NewLine = [(byte)'\n'];
    private static readonly byte[] LineEnd = "\r\n"u8.ToArray();

    private static readonly (char Letter, SystemFlags Flag)[] Letters =
        [('D', SystemFlags.Draft), ('F', SystemFlags.Flagged), ('R', SystemFlags.Answered), ('S', SystemFlags.Seen), ('T', SystemFlags.Deleted)];

    private readonly string _folder;
    private readonly List<string> _keywords;

    private MaildirFolder(string folder, List<string> keywords) => (_folder, _keywords) = (folder, keywords);

    public static MaildirFolder Create(string folder)
    {
        foreach (string part in (string[])["cur", "new", "tmp"])
            Directory.CreateDirectory(Path.Combine(folder, part), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return new(folder, []);
    }

    public static bool Is(string folder) => Directory.Exists(Path.Combine(folder, "cur")) && Directory.Exists(Path.Combine(folder, "new"));

    public static MaildirFolder Open(string folder)
    {
        string file = Path.Combine(folder, KeywordFile);
        string[] lines = File.Exists(file) ? File.ReadAllLines(file) : [];
        return new(folder, [.. lines.Select(static line => line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..])]);
    }

    public async Task AddAsync(MailboxEntry entry, MessageContent content, CancellationToken cancellationToken)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"{entry.InternalDate.ToUnixTimeSeconds()}.U{entry.Uid.Value}.dirmail");
        string unfinished = Path.Combine(_folder, "tmp", name);
        await using (var file = new FileStream(unfinished, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, BufferSize = 16 * 1024, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
        {
            var lines = new MailLines(new ContentStream(content));
            while (await lines.NextAsync(cancellationToken).ConfigureAwait(false) is { } line)
            {
                await file.WriteAsync(line.Octets, cancellationToken).ConfigureAwait(false);
                if (line.IsWhole)
                    await file.WriteAsync(NewLine, cancellationToken).ConfigureAwait(false);
            }
        }
        File.SetLastWriteTimeUtc(unfinished, entry.InternalDate.UtcDateTime);
        File.Move(unfinished, Path.Combine(_folder, "cur", $"{name}:2,{FlagsOf(entry.Flags)}"));
    }

    /// <summary>In the order in which they came.</summary>
    public IReadOnlyList<ForeignMessage> Messages() =>
        [.. ((string[])["cur", "new"]).SelectMany(part => Directory.EnumerateFiles(Path.Combine(_folder, part))).Where(static file => !Path.GetFileName(file).StartsWith('.'))
            .Select(static file => new FileInfo(file)).OrderBy(static file => file.LastWriteTimeUtc).ThenBy(static file => file.Name, StringComparer.Ordinal)
            .Select(file => new ForeignMessage((writer, stop) => WriteAsync(file.FullName, writer, stop), () => (FlagsOf(file.Name), new DateTimeOffset(file.LastWriteTimeUtc, TimeSpan.Zero))))];

    public async ValueTask DisposeAsync()
    {
        if (_keywords.Count > 0)
            await File.WriteAllLinesAsync(Path.Combine(_folder, KeywordFile), _keywords.Select(static (keyword, i) => string.Create(CultureInfo.InvariantCulture, $"{i} {keyword}"))).ConfigureAwait(false);
    }

    private static async Task WriteAsync(string path, ContentWriter writer, CancellationToken cancellationToken)
    {
        await using FileStream file = File.OpenRead(path);
        var lines = new MailLines(file);
        while (await lines.NextAsync(cancellationToken).ConfigureAwait(false) is { } line)
        {
            await writer.WriteAsync(line.Octets, cancellationToken).ConfigureAwait(false);
            if (line.IsWhole)
                await writer.WriteAsync(LineEnd, cancellationToken).ConfigureAwait(false);
        }
    }

    private string FlagsOf(MessageFlags flags)
    {
        string letters = string.Concat(Letters.Where(l => flags.System.HasFlag(l.Flag)).Select(l => l.Letter));
        foreach (string keyword in flags.Keywords.IsDefault ? [] : flags.Keywords)
        {
            int at = _keywords.FindIndex(known => known.Equals(keyword, StringComparison.OrdinalIgnoreCase));
            if (at < 0 && _keywords.Count < MostKeywords)
            {
                at = _keywords.Count;
                _keywords.Add(keyword);
            }
            if (at >= 0)
                letters += (char)('a' + at);
        }
        return letters;
    }

    private MessageFlags FlagsOf(string name)
    {
        int at = name.LastIndexOf(":2,", StringComparison.Ordinal);
        string letters = at < 0 ? "" : name[(at + 3)..];
        SystemFlags system = Letters.Where(l => letters.Contains(l.Letter, StringComparison.Ordinal)).Aggregate(SystemFlags.None, static (sum, l) => sum | l.Flag);
        ImmutableArray<string> keywords = [.. letters.Where(c => c is >= 'a' and <= 'z' && c - 'a' < _keywords.Count).Select(c => _keywords[c - 'a'])];
        return new(system, keywords);
    }
}
