using System.Buffers;

namespace DirMail.Wire;

/// <summary>One line read. <see cref="Octets"/> are the line with <see cref="LineStatus.Ok"/>; the same with <see cref="LineStatus.Malformed"/>, its first octets with <see cref="LineStatus.TooLong"/>; else empty.</summary>
public readonly record struct Line(LineStatus Status, ReadOnlyMemory<byte> Octets);

/// <summary>A piece of content read.</summary>
public readonly record struct Chunk(LineStatus Status, ReadOnlySequence<byte> Octets)
{
    /// <summary>The peer sends no more: a caller that leaves octets for later would be given the same ones again, at once and for ever.</summary>
    public bool IsLast { get; init; }
}

public enum LineStatus
{
    Ok,
    TooLong,

    /// <summary>Bare CR, bare LF or NUL in the line.</summary>
    Malformed,
    TimedOut,

    /// <summary><see cref="Connection.Interrupt"/> was called; nothing of the input is lost.</summary>
    Interrupted,

    /// <summary>The peer closed, or the connection was aborted.</summary>
    Closed,
}
