using System.Globalization;
using System.Text;

namespace DirMail.Store.Exchange;

/// <summary>Writes an mbox (mboxrd). Flags stand where mutt and Dovecot look for them: Status, X-Status and X-Keywords, first in the header.</summary>
internal sealed class MboxWriter : IMailFolder
{
    private static readonly byte[] NewLine = [(byte)'\n'];
    private readonly FileStream _file;

    private MboxWriter(FileStream file) => _file = file;

    public static MboxWriter Create(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return new(new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 64 * 1024, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }));
    }

    public async Task AddAsync(MailboxEntry entry, MessageContent content, CancellationToken cancellationToken)
    {
        long start = _file.Position;
        try
        {
            await WriteAsync(entry, content, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // half a message would be taken for a whole one
            _file.SetLength(start);
            throw;
        }
    }

    public ValueTask DisposeAsync() => _file.DisposeAsync();

    /// <summary>">From" and the like after any number of '>'.</summary>
    public static bool IsFromLine(ReadOnlySpan<byte> line) => line.TrimStart((byte)'>').StartsWith("From "u8);

    private async Task WriteAsync(MailboxEntry entry, MessageContent content, CancellationToken cancellationToken)
    {
        await _file.WriteAsync(Encoding.UTF8.GetBytes(Opening(entry)), cancellationToken).ConfigureAwait(false);
        var lines = new MailLines(new ContentStream(content));
        bool isAtStart = true;
        while (await lines.NextAsync(cancellationToken).ConfigureAwait(false) is { } line)
        {
            if (isAtStart && IsFromLine(line.Octets.Span))
                _file.WriteByte((byte)'>');
            await _file.WriteAsync(line.Octets, cancellationToken).ConfigureAwait(false);
            if (line.IsWhole)
                await _file.WriteAsync(NewLine, cancellationToken).ConfigureAwait(false);
            isAtStart = line.IsWhole;
        }
        if (!isAtStart)
            await _file.WriteAsync(NewLine, cancellationToken).ConfigureAwait(false);
        await _file.WriteAsync(NewLine, cancellationToken).ConfigureAwait(false);
    }

    private static string Opening(MailboxEntry entry)
    {
        SystemFlags flags = entry.Flags.System;
        var opening = new StringBuilder();
        opening.Append(CultureInfo.InvariantCulture, $"From MAILER-DAEMON {entry.InternalDate.UtcDateTime:ddd MMM dd HH:mm:ss yyyy}\n");
        opening.Append(CultureInfo.InvariantCulture, $"Status: {(flags.HasFlag(SystemFlags.Seen) ? "RO" : "O")}\n");
        string more = MboxFlags.Letters(flags);
        if (more.Length > 0)
            opening.Append(CultureInfo.InvariantCulture, $"X-Status: {more}\n");
        if (!entry.Flags.Keywords.IsDefaultOrEmpty)
            opening.Append(CultureInfo.InvariantCulture, $"X-Keywords: {string.Join(' ', entry.Flags.Keywords)}\n");
        return opening.ToString();
    }
}
