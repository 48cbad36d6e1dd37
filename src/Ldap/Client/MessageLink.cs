using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using DirMail.Ldap.Codec;

namespace DirMail.Ldap.Client;

/// <summary>Messages over a stream: whole ones out, one at a time; in, handed to one receiver in their order. Does not own the stream.</summary>
internal sealed class MessageLink(Stream stream, LdapServer server)
{
    private const int ReadOctets = 64 * 1024;

    private readonly SemaphoreSlim _writing = new(1);
    private readonly ArrayBufferWriter<byte> _out = new();

    /// <summary>Once begun, a message is written to its end whatever the token says: half a one would break the connection for all others. A peer that does not take it in the server's answer time is given up.</summary>
    public async Task SendAsync(LdapMessage message, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            Metrics.OctetsSent.Add(LdapCodec.Write(message, _out));
            using var patience = new CancellationTokenSource(server.AnswerTimeout);
            await stream.WriteAsync(_out.WrittenMemory, patience.Token);
        }
        catch (OperationCanceledException e)
        {
            throw new LdapException($"the server took nothing for {server.AnswerTimeout.TotalSeconds:0.#} s", e);
        }
        catch (Exception e) when (IsEndOfStream(e))
        {
            throw new LdapException($"the connection failed: {e.Message}", e);
        }
        finally
        {
            // Cleared, not only rewound: it may have held a password.
            _out.Clear();
            _writing.Release();
        }
    }

    /// <summary>
    /// Reads until the stream ends, something malformed comes or the receiver says no more. Gives the reason, and whether octets were left over.
    /// While the receiver waits, nothing is read: so back-pressure reaches the peer.
    /// </summary>
    public async Task<(string Reason, bool HasMore)> ReadAsync(Func<LdapMessage, ValueTask<bool>> receive, CancellationToken cancellationToken)
    {
        PipeReader reader = PipeReader.Create(stream, new(bufferSize: ReadOctets, minimumReadSize: ReadOctets / 4, leaveOpen: true));
        try
        {
            while (true)
            {
                ReadResult read = await reader.ReadAsync(cancellationToken);
                ReadOnlySequence<byte> buffer = read.Buffer;
                long had = buffer.Length;
                LdapReadStatus status;
                string? error;
                while ((status = LdapCodec.Read(ref buffer, server.MaxMessageOctets, out LdapMessage? message, out error)) == LdapReadStatus.Message)
                    if (!await receive(message!))
                        return ("no more wanted", !buffer.IsEmpty);
                Metrics.OctetsReceived.Add(had - buffer.Length);
                if (status == LdapReadStatus.Malformed)
                    return ($"the server sent {error}", true);
                if (read.IsCompleted)
                    return (buffer.IsEmpty ? "the server closed the connection" : "the server closed the connection within a message", false);
                reader.AdvanceTo(buffer.Start, buffer.End);
            }
        }
        catch (Exception e) when (IsEndOfStream(e))
        {
            return ($"the connection failed: {e.Message}", false);
        }
        finally
        {
            await reader.CompleteAsync();
        }
    }

    private static bool IsEndOfStream(Exception e) => e is IOException or SocketException or ObjectDisposedException;
}
