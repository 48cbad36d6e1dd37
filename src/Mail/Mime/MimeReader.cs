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

    private readonly List<OpenEntity> open = [];
    private readonly HeaderOctets header = new();
    private readonly PartialLine partial = new();
    private OpenEntity? root;
    private long position, lines;
    private int parts, boundaries, lineEnd;
    private byte last;
    private bool inHeader, opaque;

    public MimeReader() => Open(0);

    public void Write(ReadOnlySpan<byte> octets)
    {
        while (!octets.IsEmpty)
            octets = octets[(inHeader ? ReadHeader(octets) : ReadBody(octets))..];
    }

    /// <summary>After the last octet. The reader cannot be used again.</summary>
    public MessageStructure Complete()
    {
        if (partial.IsKept && boundaries > 0 && !opaque && Boundary.Find(partial.Octets, open) is { } boundary)
            EndAtBoundary(boundary, []);
        CloseDownTo(-1, position, 0);
        header.Dispose();
        return new(root!.Part!, root.Header.Envelope ?? new()) { Octets = position, ReceivedCount = root.Header.ReceivedCount };
    }

    private int ReadHeader(ReadOnlySpan<byte> octets)
    {
        if (partial.Length == 0)
            header.StartLine();
        ReadOnlySpan<byte> piece = UpToLineEnd(octets, out bool complete);
        header.Add(piece);
        if (!complete)
        {
            partial.Keep(piece);
            Advance(piece);
            return piece.Length;
        }
        ReadOnlySpan<byte> line = partial.Join(piece);
        if (boundaries > 0 && Boundary.Find(line, open) is { } boundary)
        {
            header.DropLine();
            EndAtBoundary(boundary, piece);
            return piece.Length;
        }
        partial.Clear();
        Advance(piece);
        if (line is [(byte)'\n'] or [(byte)'\r', (byte)'\n'])
            FinishHeader(position);
        return piece.Length;
    }

    private int ReadBody(ReadOnlySpan<byte> octets)
    {
        if (boundaries == 0 || opaque)
        {
            Advance(octets);
            return octets.Length;
        }
        if (!partial.MayBecomeBoundary(octets))
            return Skim(octets);
        ReadOnlySpan<byte> piece = UpToLineEnd(octets, out bool complete);
        if (!complete)
        {
            partial.Keep(piece);
            Advance(piece);
        }
        else if (Boundary.Find(partial.Join(piece), open) is { } boundary)
        {
            EndAtBoundary(boundary, piece);
        }
        else
        {
            partial.Clear();
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
            partial.Clear();
        else
            partial.Skip(taken);
        Advance(octets[..taken]);
        return taken;
    }

    /// <summary><paramref name="piece"/> ends the boundary's line and has not been advanced over yet; the line's start lies before it by the partial line.</summary>
    private void EndAtBoundary(Boundary boundary, ReadOnlySpan<byte> piece)
    {
        CloseDownTo(boundary.Level, position - partial.Length, lineEnd);
        partial.Clear();
        Advance(piece);
        if (boundary.IsLast)
        {
            open[boundary.Level].Boundary = null;
            boundaries--;
        }
        else
        {
            Open(position);
        }
    }

    private void Open(long at)
    {
        var entity = new OpenEntity { HeaderStart = at, BodyStart = at, StartLines = lines };
        root ??= entity;
        open.Add(entity);
        opaque |= ++parts >= MaxParts;
        inHeader = !opaque;
        if (opaque)
            entity.Header.MakeOpaque();
    }

    private void FinishHeader(long bodyStart)
    {
        OpenEntity entity = open[^1];
        OpenEntity? parent = open.Count > 1 ? open[^2] : null;
        bool isMessage = parent is null || parent.IsMessage;
        entity.Header.Parse(header.Octets, isMessage, parent?.IsDigest == true);
        opaque |= !header.StartNext();
        entity.BodyStart = bodyStart;
        entity.StartLines = lines;
        inHeader = false;
        if (opaque || open.Count >= MaxDepth)
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
            boundaries++;
        }
    }

    /// <param name="level">Of the entity that stays open as the innermost; -1 for none.</param>
    /// <param name="end">Where the line begins that ends them.</param>
    /// <param name="lineEndBefore">Octets of the line end before it, which belongs to the boundary (RFC 2046 5.1.1).</param>
    private void CloseDownTo(int level, long end, int lineEndBefore)
    {
        while (inHeader)
            FinishHeader(Math.Max(open[^1].HeaderStart, end - lineEndBefore));
        while (open.Count - 1 > level)
        {
            OpenEntity entity = open[^1];
            open.RemoveAt(open.Count - 1);
            if (entity.Boundary is not null)
                boundaries--;
            bool hasLineEnd = end - lineEndBefore >= entity.BodyStart && lineEndBefore > 0;
            entity.Close(hasLineEnd ? end - lineEndBefore : Math.Max(end, entity.BodyStart), lines - (hasLineEnd ? 1 : 0));
            if (open.Count > 0)
                open[^1].Add(entity);
        }
    }

    private void Advance(ReadOnlySpan<byte> octets)
    {
        if (octets.IsEmpty)
            return;
        position += octets.Length;
        lines += octets.Count((byte)'\n');
        if (octets[^1] == '\n')
            lineEnd = (octets.Length > 1 ? octets[^2] : last) == '\r' ? 2 : 1;
        last = octets[^1];
    }

    private static ReadOnlySpan<byte> UpToLineEnd(ReadOnlySpan<byte> octets, out bool complete)
    {
        int end = octets.IndexOf((byte)'\n');
        complete = end >= 0;
        return complete ? octets[..(end + 1)] : octets;
    }
}
