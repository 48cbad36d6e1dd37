using System.IO.Pipelines;
using System.Net;

namespace DirMail.Wire;

/// <summary>
/// One accepted (or opened) connection, plain or under TLS. One task owns it: one loop reads, parses and writes. Garbage, ends and deadlines are values
/// (<see cref="LineStatus"/>), never exceptions; writing to a connection that is gone is silently dropped, and the next read says <see cref="LineStatus.Closed"/>.
/// </summary>
public sealed class Connection : IAsyncDisposable
{
    public IPEndPoint Local => throw new NotImplementedException();

    public IPEndPoint Remote => throw new NotImplementedException();

    /// <summary>Under TLS now.</summary>
    public bool IsProtected => throw new NotImplementedException();

    /// <summary>"TLSv1.3" and the like for Received (RFC 8314 4.3); null without TLS.</summary>
    public string? TlsVersion => throw new NotImplementedException();

    /// <summary>Octets from the peer, after decryption. Only the owner's loop reads; for content and literals.</summary>
    public PipeReader Input => throw new NotImplementedException();

    /// <summary>Octets to the peer; <see cref="FlushAsync"/> sends them.</summary>
    public PipeWriter Output => throw new NotImplementedException();

    /// <summary>
    /// Reads one line ended by CR LF, without its end. Too long lines are read over to their end and told as such; a bare LF ends no line and is told as
    /// <see cref="LineStatus.Malformed"/> together with NULs and bare CRs. The line's octets are valid until the next read.
    /// </summary>
    /// <param name="deadline">Idle time after which <see cref="LineStatus.TimedOut"/> is returned.</param>
    public ValueTask<Line> ReadLineAsync(int maxOctets, TimeSpan deadline, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Makes the read under way, or the next one, return <see cref="LineStatus.Interrupted"/>. Callable from any thread; once per interruption.</summary>
    public void Interrupt() => throw new NotImplementedException();

    /// <summary>Queues ASCII/UTF-8 text; no flush.</summary>
    public void Write(string text) => throw new NotImplementedException();

    public void Write(ReadOnlySpan<byte> octets) => throw new NotImplementedException();

    public ValueTask FlushAsync(CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>
    /// TLS handshake as the server, after the go-ahead was flushed. Octets that the client sent ahead in plain text are discarded (CVE-2011-0411).
    /// False: the handshake failed and the connection is closed.
    /// </summary>
    public Task<bool> StartTlsAsync(ICertificates certificates, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Ends at once, from any thread; reads return <see cref="LineStatus.Closed"/>.</summary>
    public void Abort() => throw new NotImplementedException();

    public ValueTask DisposeAsync() => throw new NotImplementedException();
}

/// <summary>One line read. <see cref="Octets"/> is empty unless the status is <see cref="LineStatus.Ok"/>.</summary>
public readonly record struct Line(LineStatus Status, ReadOnlyMemory<byte> Octets);

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
