using System.Buffers;
using System.IO.Pipelines;

namespace DirMail.Wire;

/// <summary>
/// Cuts lines out of what has arrived. Synchronous; keeps the line in a buffer of its own, so that the pipe is free for content right after the line.
/// A line that is too long is read over as it arrives and never kept.
/// </summary>
internal sealed class LineReader
{
    private const int KeptBuffer = 4096;
    private static readonly SearchValues<byte> NeverInLine = SearchValues.Create("\r\n\0"u8);

    /// <summary>Of a line that is read over.</summary>
    private const int BegunOctets = 16;

    private byte[] _line = [];
    private bool _readingOver;
    private int _begun;

    /// <summary>
    /// Takes a line from the octets read and advances the pipe in any case. Null: no end of line yet.
    /// </summary>
    /// <param name="scanned">Octets already searched in earlier calls for the same line; zero at its start.</param>
    public Line? Take(PipeReader input, in ReadResult result, int maxOctets, ref long scanned)
    {
        ReadOnlySequence<byte> buffer = result.Buffer;
        if (!TryFindEnd(buffer, scanned, out long length))
        {
            scanned = buffer.Length;
            if (_readingOver || buffer.Length > maxOctets + 1L)
            {
                if (!_readingOver)
                    _begun = Begun(buffer, maxOctets).Length;
                ReadOver(input, buffer, ref scanned);
            }
            else
                input.AdvanceTo(buffer.Start, buffer.End);
            return null;
        }
        Line line = _readingOver ? new(LineStatus.TooLong, _line.AsMemory(0, _begun)) : length > maxOctets ? new(LineStatus.TooLong, Begun(buffer, maxOctets)) : Keep(buffer.Slice(0, length));
        _readingOver = false;
        SequencePosition next = buffer.GetPosition(length + 2);
        input.AdvanceTo(next);
        return line;
    }

    private static bool TryFindEnd(in ReadOnlySequence<byte> buffer, long scanned, out long length)
    {
        // a CR may have been the last octet searched
        long from = Math.Max(0, scanned - 1);
        ReadOnlySpan<byte> first = buffer.FirstSpan;
        if (buffer.IsSingleSegment)
        {
            int at = first[(int)from..].IndexOf("\r\n"u8);
            length = from + at;
            return at >= 0;
        }
        var reader = new SequenceReader<byte>(buffer);
        reader.Advance(from);
        bool found = reader.TryReadTo(out ReadOnlySequence<byte> before, "\r\n"u8);
        length = from + before.Length;
        return found;
    }

    private void ReadOver(PipeReader input, in ReadOnlySequence<byte> buffer, ref long scanned)
    {
        _readingOver = true;
        long kept = buffer.IsEmpty ? 0 : 1;
        input.AdvanceTo(buffer.GetPosition(buffer.Length - kept), buffer.End);
        scanned = kept;
    }

    private ReadOnlyMemory<byte> Begun(in ReadOnlySequence<byte> octets, int maxOctets) => Keep(octets.Slice(0, Math.Min(maxOctets, BegunOctets))).Octets;

    private Line Keep(in ReadOnlySequence<byte> octets)
    {
        int length = (int)octets.Length;
        if (_line.Length < length || _line.Length > KeptBuffer && length <= KeptBuffer)
            _line = new byte[Math.Max(length <= KeptBuffer ? 256 : 0, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)length))];
        octets.CopyTo(_line);
        return new(_line.AsSpan(0, length).ContainsAny(NeverInLine) ? LineStatus.Malformed : LineStatus.Ok, _line.AsMemory(0, length));
    }
}
