namespace DirMail.Mail.Mime;

/// <summary>
/// Reads a message as it streams by, in any pieces, and keeps its structure: one pass, bounded memory (header size, depth and part count have limits;
/// beyond them the rest is one opaque part). Never throws on content. Not thread-safe; one reader per message.
/// <para>
/// A body is skimmed: only lines that begin with "--" are looked at, and only while a multipart is open. Lines may end in CR LF or LF. A boundary may be missing,
/// its last form too: an entity ends at the latest where an outer one ends. A multipart in which no boundary was found gets one part with all its text.
/// </para>
/// </summary>
public sealed class MimeReader
{
    /// <summary>Of one header; the octets beyond are passed over.</summary>
    public const int MaxHeaderOctets = 256 * 1024;

    /// <summary>Of all headers of the message together: what bounds the memory for parsed fields.</summary>
    public const int MaxAllHeaderOctets = 1024 * 1024;

    public const int MaxDepth = 50;
    public const int MaxParts = 5_000;

    private readonly List<OpenEntity> _open = [];
    private readonly HeaderOctets _header = new();
    private readonly PartialLine _partial = new();
    private OpenEntity? _root;
    private long _position, _lines;
    private int _parts, _boundaries, _lineEnd;
    private byte _last;
    private bool _inHeader, _opaque;

    public MimeReader() => Open(0);

    public void Write(ReadOnlySpan<byte> octets)
    {
        while (!octets.IsEmpty)
            octets = octets[(_inHeader ? ReadHeader(octets) : ReadBody(octets))..];
    }

    /// <summary>After the last octet. The reader cannot be used again.</summary>
    public MessageStructure Complete()
    {
        if (_partial.IsKept && _boundaries > 0 && !_opaque && Boundary.Find(_partial.Octets, _open) is { } boundary)
            EndAtBoundary(boundary, []);
        CloseDownTo(-1, _position, 0);
        _header.Dispose();
        return new(_root!.Part!, _root.Header.Envelope ?? new()) { Octets = _position, ReceivedCount = _root.Header.ReceivedCount, DeliveredTo = _root.Header.DeliveredTo };
    }

    private int ReadHeader(ReadOnlySpan<byte> octets)
    {
        if (_partial.Length == 0)
            _header.StartLine();
        ReadOnlySpan<byte> piece = UpToLineEnd(octets, out bool complete);
        _header.Add(piece);
        if (!complete)
        {
            _partial.Keep(piece);
            Advance(piece);
            return piece.Length;
        }
        ReadOnlySpan<byte> line = _partial.Join(piece);
        if (_boundaries > 0 && Boundary.Find(line, _open) is { } boundary)
        {
            _header.DropLine();
            EndAtBoundary(boundary, piece);
            return piece.Length;
        }
        _partial.Clear();
        Advance(piece);
        if (line is [(byte)'\n'] or [(byte)'\r', (byte)'\n'])
            FinishHeader(_position);
        return piece.Length;
    }

    private int ReadBody(ReadOnlySpan<byte> octets)
    {
        if (_boundaries == 0 || _opaque)
        {
            Advance(octets);
            return octets.Length;
        }
        if (!_partial.MayBecomeBoundary(octets))
            return Skim(octets);
        ReadOnlySpan<byte> piece = UpToLineEnd(octets, out bool complete);
        if (!complete)
        {
            _partial.Keep(piece);
            Advance(piece);
        }
        else if (Boundary.Find(_partial.Join(piece), _open) is { } boundary)
        {
            EndAtBoundary(boundary, piece);
        }
        else
        {
            _partial.Clear();
            Advance(piece);
        }
        return piece.Length;
    }

    /// <summary>Passes over lines up to one that begins with "--", or may when more octets come.</summary>
    private int Skim(ReadOnlySpan<byte> octets)
    {
        int at = octets.IndexOf("\n--"u8);
        int taken = at >= 0 ? at + 1 : octets.EndsWith("\n-"u8) ? octets.Length - 1 : octets.Length;
        if (octets[taken - 1] == '\n')
            _partial.Clear();
        else
            _partial.Skip(taken);
        Advance(octets[..taken]);
        return taken;
    }

    /// <summary><paramref name="piece"/> ends the boundary's line and has not been advanced over yet; the line's start lies before it by the partial line.</summary>
    private void EndAtBoundary(Boundary boundary, ReadOnlySpan<byte> piece)
    {
        CloseDownTo(boundary.Level, _position - _partial.Length, _lineEnd);
        _partial.Clear();
        Advance(piece);
        if (boundary.IsLast)
        {
            _open[boundary.Level].Boundary = null;
            _boundaries--;
        }
        else
        {
            Open(_position);
        }
    }

    private void Open(long at)
    {
        var entity = new OpenEntity { HeaderStart = at, BodyStart = at, StartLines = _lines };
        _root ??= entity;
        _open.Add(entity);
        _opaque |= ++_parts >= MaxParts;
        _inHeader = !_opaque;
        if (_opaque)
            entity.Header.MakeOpaque();
    }

    private void FinishHeader(long bodyStart)
    {
        OpenEntity entity = _open[^1];
        OpenEntity? parent = _open.Count > 1 ? _open[^2] : null;
        bool isMessage = parent is null || parent.IsMessage;
        entity.Header.Parse(_header.Octets, isMessage, parent?.IsDigest == true);
        _opaque |= !_header.StartNext();
        entity.BodyStart = bodyStart;
        entity.StartLines = _lines;
        _inHeader = false;
        if (_opaque || _open.Count >= MaxDepth)
        {
            if (entity.IsMessage || entity.IsMultipart)
                entity.Header.MakeOpaque();
        }
        else if (entity.IsMessage)
        {
            Open(bodyStart);
        }
        else if (entity.IsMultipart)
        {
            entity.Boundary = entity.Header.Boundary;
            _boundaries++;
        }
    }

    /// <param name="level">Of the entity that stays open as the innermost; -1 for none.</param>
    /// <param name="end">Where the line begins that ends them.</param>
    /// <param name="lineEndBefore">Octets of the line end before it, which belongs to the boundary (RFC 2046 5.1.1).</param>
    private void CloseDownTo(int level, long end, int lineEndBefore)
    {
        while (_inHeader)
            FinishHeader(Math.Max(_open[^1].HeaderStart, end - lineEndBefore));
        while (_open.Count - 1 > level)
        {
            OpenEntity entity = _open[^1];
            _open.RemoveAt(_open.Count - 1);
            if (entity.Boundary is not null)
                _boundaries--;
            bool hasLineEnd = end - lineEndBefore >= entity.BodyStart && lineEndBefore > 0;
            entity.Close(hasLineEnd ? end - lineEndBefore : Math.Max(end, entity.BodyStart), _lines - (hasLineEnd ? 1 : 0));
            if (_open.Count > 0)
                _open[^1].Add(entity);
        }
    }

    private void Advance(ReadOnlySpan<byte> octets)
    {
        if (octets.IsEmpty)
            return;
        _position += octets.Length;
        _lines += octets.Count((byte)'\n');
        if (octets[^1] == '\n')
            _lineEnd = (octets.Length > 1 ? octets[^2] : _last) == '\r' ? 2 : 1;
        _last = octets[^1];
    }

    private static ReadOnlySpan<byte> UpToLineEnd(ReadOnlySpan<byte> octets, out bool complete)
    {
        int end = octets.IndexOf((byte)'\n');
        complete = end >= 0;
        return complete ? octets[..(end + 1)] : octets;
    }
}
