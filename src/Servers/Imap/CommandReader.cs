using System.Buffers;
using DirMail.Wire;

namespace DirMail.Servers.Imap;

/// <summary>
/// Takes commands off the connection: a line, and while it ends in "{n}", the literal and the next line (RFC 9051 4.3). The message of APPEND is not read here:
/// the command is handed out with the literal still to come.
/// </summary>
/// <param name="ending">Set when the session shall end: a command half read is then given up.</param>
internal sealed class CommandReader(Connection connection, CancellationToken ending)
{
    private readonly ArrayBufferWriter<byte> _gathered = new(1024);

    /// <summary>The command's octets are valid until the next read.</summary>
    public async ValueTask<RawCommand> ReadAsync(int maxOctets, TimeSpan deadline, CancellationToken cancellationToken)
    {
        _gathered.ResetWrittenCount();
        while (true)
        {
            Line line = await connection.ReadLineAsync(maxOctets, deadline, cancellationToken);
            while (line.Status == LineStatus.Interrupted && _gathered.WrittenCount > 0 && !ending.IsCancellationRequested)
                line = await connection.ReadLineAsync(maxOctets, deadline, cancellationToken);
            if (line.Status != LineStatus.Ok)
                return new(line.Status, default, null);
            LiteralMark? mark = LiteralMark.AtEndOf(line.Octets.Span);
            if (mark is null && _gathered.WrittenCount == 0)
                return new(LineStatus.Ok, line.Octets, null);
            _gathered.Write(line.Octets.Span);
            if (mark is null)
                return Gathered(maxOctets, null);
            if (mark.IsTooLargeUnasked || IsMessageOfAppend(mark) || mark.Octets > maxOctets - _gathered.WrittenCount)
                return Gathered(maxOctets, mark);
            _gathered.Write("\r\n"u8);
            if (await ReadLiteralAsync(mark, deadline, cancellationToken) is not LineStatus.Ok and var ended)
                return new(ended, default, null);
        }
    }

    /// <summary>
    /// Passes a literal on piece by piece, asking for it first when the client waits for that. A slow sink slows the client. The session's end does not
    /// wait for the rest: a client in the middle of a literal is cut off (<see cref="ImapLimits.FarewellTime"/>).
    /// </summary>
    public async ValueTask<LineStatus> CopyLiteralAsync(LiteralMark mark, Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> sink, TimeSpan deadline, CancellationToken cancellationToken)
    {
        if (mark.ClientWaits)
        {
            connection.Write("+ go ahead\r\n"u8);
            await connection.FlushAsync(cancellationToken);
        }
        return await connection.ReadExactlyAsync(mark.Octets, sink, deadline, cancellationToken);
    }

    private ValueTask<LineStatus> ReadLiteralAsync(LiteralMark mark, TimeSpan deadline, CancellationToken cancellationToken) =>
        CopyLiteralAsync(mark, (piece, _) =>
        {
            _gathered.Write(piece.Span);
            return ValueTask.CompletedTask;
        }, deadline, cancellationToken);

    /// <summary>With <paramref name="pending"/>, the text ends before its mark.</summary>
    private RawCommand Gathered(int maxOctets, LiteralMark? pending) => _gathered.WrittenCount > maxOctets
        ? new(LineStatus.TooLong, default, null)
        : new(LineStatus.Ok, pending is null ? _gathered.WrittenMemory : _gathered.WrittenMemory[..^pending.MarkOctets], pending);

    /// <summary>"tag APPEND mailbox ... {n}", or REPLACE's: a literal in the place of the mailbox is an argument like any other.</summary>
    private bool IsMessageOfAppend(LiteralMark mark)
    {
        ReadOnlySpan<byte> text = _gathered.WrittenSpan[..^mark.MarkOctets];
        int afterTag = text.IndexOf((byte)' ') + 1;
        return afterTag > 0 && (Begins(text[afterTag..], "APPEND "u8, 0) || Begins(text[afterTag..], "REPLACE "u8, 1) || Begins(text[afterTag..], "UID REPLACE "u8, 1));
    }

    /// <param name="arguments">Words that have to follow the verb before the mailbox does.</param>
    private static bool Begins(ReadOnlySpan<byte> text, ReadOnlySpan<byte> verb, int arguments)
    {
        if (text.Length <= verb.Length || !System.Text.Ascii.EqualsIgnoreCase(text[..verb.Length], verb))
            return false;
        ReadOnlySpan<byte> rest = text[verb.Length..];
        for (int i = 0; i < arguments && rest.IndexOf((byte)' ') is var space; i++)
            rest = space < 0 ? default : rest[(space + 1)..];
        return !rest.IsEmpty;
    }
}

/// <summary>One command as it came. <see cref="Pending"/> is the literal that ends it and was not read yet.</summary>
internal readonly record struct RawCommand(LineStatus Status, ReadOnlyMemory<byte> Text, LiteralMark? Pending);

/// <summary>The "{n}" or "{n+}" that ends a line.</summary>
/// <param name="MarkOctets">Length of the mark itself.</param>
internal sealed record LiteralMark(long Octets, bool ClientWaits, int MarkOctets)
{
    /// <summary>"~{n}": NULs may be in it (RFC 3516 4.4).</summary>
    public bool IsBinary { get; private init; }

    /// <summary>The client sends it without being asked, and more than LITERAL- allows: it cannot be refused, only cut off.</summary>
    public bool IsTooLargeUnasked => !ClientWaits && Octets > ImapLimits.NonSyncLiteralOctets;

    public static LiteralMark? AtEndOf(ReadOnlySpan<byte> line)
    {
        int open = line.LastIndexOf((byte)'{');
        if (open < 0 || line[^1] != '}' || line.Length - open > 13)
            return null;
        ReadOnlySpan<byte> inside = line[(open + 1)..^1];
        bool clientWaits = inside.IsEmpty || inside[^1] != '+';
        if (!clientWaits)
            inside = inside[..^1];
        bool isBinary = open > 0 && line[open - 1] == '~';
        return System.Buffers.Text.Utf8Parser.TryParse(inside, out long octets, out int used) && used == inside.Length && octets >= 0 && inside[0] is >= (byte)'0' and <= (byte)'9'
            ? new(octets, clientWaits, line.Length - open + (isBinary ? 1 : 0)) { IsBinary = isBinary }
            : null;
    }
}
