using System.IO.Compression;
using System.IO.Pipelines;

namespace DirMail.Wire;

/// <summary>Raw deflate (RFC 1951) between a connection's pipes and its owner, both ways. What is no deflate ends the input, as if the peer had closed.</summary>
internal sealed class DeflateLayer : IDuplexPipe, IAsyncDisposable
{
    private readonly DeflateStream _inflate, _deflate;

    public DeflateLayer(PipeReader input, PipeWriter output)
    {
        _inflate = new(input.AsStream(leaveOpen: true), CompressionMode.Decompress, leaveOpen: true);
        _deflate = new(output.AsStream(leaveOpen: true), CompressionLevel.Fastest, leaveOpen: true);
        Input = PipeReader.Create(new SoundStream(_inflate), new StreamPipeReaderOptions(leaveOpen: true));
        Output = PipeWriter.Create(_deflate, new StreamPipeWriterOptions(leaveOpen: true));
    }

    public PipeReader Input { get; }
    public PipeWriter Output { get; }

    /// <summary>Writes the end of the stream; the pipes below stay.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await Output.CompleteAsync();
            await _deflate.DisposeAsync();
        }
        catch (Exception gone) when (Connection.IsGone(gone))
        {
        }
    }

    /// <summary>Reads of a stream that ends where it is damaged. A cancelled read loses nothing: the pipe below keeps what came.</summary>
    private sealed class SoundStream(DeflateStream inner) : Stream
    {
        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            try
            {
                return await inner.ReadAsync(buffer, cancellationToken);
            }
            catch (InvalidDataException)
            {
                return 0;
            }
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override void Flush() => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
