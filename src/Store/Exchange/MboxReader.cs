using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace DirMail.Store.Exchange;

/// <summary>Reads an mbox message by message. A "From " line counts at the file's start and after an empty line.</summary>
internal sealed class MboxReader(Stream stream)
{
    private static readonly byte[] LineEnd = "\r\n"u8.ToArray();
    private static readonly string[] Dates = ["ddd MMM d HH:mm:ss yyyy", "ddd MMM d HH:mm:ss zzz yyyy", "ddd MMM d HH:mm yyyy"];

    private readonly MailLines _lines = new(stream);
    private string? _from;
    private MboxFlags _flags = new();

    public async IAsyncEnumerable<ForeignMessage> AllAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (_from is null)
        {
            if (await _lines.NextAsync(cancellationToken).ConfigureAwait(false) is not { } line)
                yield break;
            if (line.Octets.IsEmpty)
                continue;
            if (!line.Octets.Span.StartsWith("From "u8))
                throw new IOException("not an mbox: it does not begin with a line \"From \"");
            _from = Encoding.Latin1.GetString(line.Octets.Span);
        }
        while (_from is { } from)
        {
            _from = null;
            _flags = new();
            yield return new(WriteAsync, () => (_flags.Flags, DateOf(from)));
        }
    }

    private async Task WriteAsync(ContentWriter writer, CancellationToken cancellationToken)
    {
        bool isAtStart = true, isHeader = true, hasEmptyLine = false;
        while (await _lines.NextAsync(cancellationToken).ConfigureAwait(false) is { } line)
        {
            ReadOnlyMemory<byte> octets = line.Octets;
            if (isAtStart && hasEmptyLine && octets.Span.StartsWith("From "u8))
            {
                _from = Encoding.Latin1.GetString(octets.Span);
                return;
            }
            if (hasEmptyLine)
                await writer.WriteAsync(LineEnd, cancellationToken).ConfigureAwait(false);
            // an empty line waits: the last one belongs to the mbox
            hasEmptyLine = isAtStart && line.IsWhole && octets.IsEmpty;
            isHeader &= !hasEmptyLine;
            if (!hasEmptyLine && !(isHeader && isAtStart && _flags.Take(octets.Span)))
            {
                if (isAtStart && octets.Span.StartsWith((byte)'>') && MboxWriter.IsFromLine(octets.Span))
                    octets = octets[1..];
                await writer.WriteAsync(octets, cancellationToken).ConfigureAwait(false);
                if (line.IsWhole)
                    await writer.WriteAsync(LineEnd, cancellationToken).ConfigureAwait(false);
            }
            isAtStart = line.IsWhole;
        }
    }

    /// <summary>As asctime writes it, after the sender, in UTC.</summary>
    private static DateTimeOffset? DateOf(string from)
    {
        string[] words = from.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string date = string.Join(' ', words.Skip(2));
        return DateTimeOffset.TryParseExact(date, Dates, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AllowWhiteSpaces, out DateTimeOffset time) ? time : null;
    }
}
