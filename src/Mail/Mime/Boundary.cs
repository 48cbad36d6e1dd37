namespace DirMail.Mail.Mime;

/// <summary>A boundary found: which open multipart it belongs to, and whether it is the closing one.</summary>
internal readonly record struct Boundary(int Level, bool IsLast)
{
    /// <summary>RFC 2046 allows 70; a longer one than this counts as missing.</summary>
    public const int MaxOctets = 990;

    /// <summary>
    /// The open multipart whose boundary the line is. A line that is nothing but the boundary wins over one that only begins with it
    /// (RFC 2046 5.1.1 lets that suffice); among equals the longest, then the innermost.
    /// </summary>
    public static Boundary? Find(ReadOnlySpan<byte> line, List<OpenEntity> open)
    {
        if (line.Length < 3 || line[0] != '-' || line[1] != '-')
            return null;
        line = line[2..];
        Boundary? found = null;
        int best = 0;
        for (int level = open.Count - 1; level >= 0; level--)
        {
            if (open[level].Boundary is not { } boundary || !line.StartsWith(boundary))
                continue;
            ReadOnlySpan<byte> rest = line[boundary.Length..];
            bool isLast = rest.StartsWith("--"u8);
            bool isExact = IsBlank(rest) || (isLast && IsBlank(rest[2..]));
            int rank = boundary.Length + (isExact ? MaxOctets : 0);
            if (rank <= best)
                continue;
            best = rank;
            found = new(level, isLast);
        }
        return found;
    }

    private static bool IsBlank(ReadOnlySpan<byte> octets) => !octets.ContainsAnyExcept(" \t\r\n"u8);
}
