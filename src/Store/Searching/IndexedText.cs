using System.Buffers;
using System.Text;

namespace DirMail.Store.Searching;

/// <summary>The text of one message in the columns of the index, each up to a bound. Taken from message to message.</summary>
internal sealed class IndexedText
{
    /// <summary>Characters of the fields that have columns of their own, of all others, and of the body. What is beyond is not indexed, and the message is looked through where it matters.</summary>
    private const int MostOfField = 8 * 1024, MostOfHeader = 64 * 1024, MostOfBody = 256 * 1024;

    private readonly Column[] _fields = [new(MostOfField), new(MostOfField), new(MostOfField), new(MostOfField), new(MostOfField)];
    private readonly Column _header = new(MostOfHeader), _body = new(MostOfBody);

    /// <summary>In the order of <see cref="IndexSchema.Fields"/>.</summary>
    public IReadOnlyList<Column> Fields => _fields;

    public Column Header => _header;

    public Column Body => _body;

    public IndexGaps Gaps { get; private set; }

    /// <summary>What cannot be read is all gap.</summary>
    public void Read(SearchedText text)
    {
        Clear();
        try
        {
            foreach ((string name, string value) in text.Fields())
            {
                Column column = IndexSchema.FieldOf(name) is { } field ? _fields[field] : _header;
                column.Take($"{name}: {value}");
                column.End();
            }
            foreach ((string name, string value) in text.PartFields())
            {
                _header.Take($"{name}: {value}");
                _header.End();
            }
            text.TakeBody(_body);
        }
        catch (IOException)
        {
            Clear();
            Gaps = IndexGaps.Header | IndexGaps.Body;
            return;
        }
        bool isHeaderWhole = _header.IsWhole && Array.TrueForAll(_fields, static field => field.IsWhole);
        Gaps = (isHeaderWhole ? 0 : IndexGaps.Header) | (_body.IsWhole ? 0 : IndexGaps.Body);
    }

    public void Clear()
    {
        Gaps = IndexGaps.None;
        foreach (Column column in (Column[])[.. _fields, _header, _body])
            column.Clear();
    }

    /// <summary>Gathers stretches, folded, with a mark after each.</summary>
    internal sealed class Column : TextTaker
    {
        private readonly int _most;
        private readonly ArrayBufferWriter<byte> _utf8 = new();
        private char[] _folded = [];
        private int _left;

        public Column(int most) => _left = _most = most;

        public ReadOnlySpan<byte> Utf8 => _utf8.WrittenSpan;

        public bool IsWhole => _left >= 0;

        public override bool Take(ReadOnlySpan<char> piece)
        {
            int length = Math.Min(piece.Length, Math.Max(0, _left));
            _left = piece.Length > length ? -1 : _left - length;
            if (length > _folded.Length)
                _folded = new char[length];
            Letters.FoldForIndex(piece[..length], _folded);
            _utf8.Advance(Encoding.UTF8.GetBytes(_folded.AsSpan(0, length), _utf8.GetSpan(Encoding.UTF8.GetMaxByteCount(length))));
            return !IsWhole;
        }

        public override bool End()
        {
            _utf8.Write("\u001F"u8);
            return !IsWhole;
        }

        public void Clear()
        {
            _utf8.ResetWrittenCount();
            _left = _most;
        }
    }
}

/// <summary>What of a message the index lacks: that it does not have a text there means nothing.</summary>
[Flags]
internal enum IndexGaps
{
    None = 0,
    Header = 1,
    Body = 2,
}
