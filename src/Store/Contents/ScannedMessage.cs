using System.Security.Cryptography;
using DirMail.Mail.Mime;

namespace DirMail.Store.Contents;

/// <summary>What is known of a message when its last octet has come: its structure, that structure's stored form, and the hash of the octets.</summary>
internal sealed record ScannedMessage(MessageStructure Structure, byte[] Stored, byte[] Hash);

/// <summary>Reads along while a message is written.</summary>
internal sealed class MessageScan : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly MimeReader _reader = new();

    public void Write(ReadOnlySpan<byte> octets)
    {
        _hash.AppendData(octets);
        _reader.Write(octets);
    }

    public ScannedMessage Complete()
    {
        MessageStructure structure = _reader.Complete();
        return new(structure, StructureCodec.Encode(structure), _hash.GetHashAndReset());
    }

    public void Dispose() => _hash.Dispose();
}
