using System.Buffers;

namespace DirMail.Store;

/// <summary>Structures of several messages in their stored form, in the order they were asked for. The caller disposes it, and with it the octets.</summary>
public sealed class StoredStructures : IDisposable
{
    private const int ExpectedOctets = 320;

    private readonly int[] _ends;
    private byte[] _octets;
    private int _count;

    internal StoredStructures(int messages) => (_ends, _octets) = (new int[messages], ArrayPool<byte>.Shared.Rent(messages * ExpectedOctets));

    /// <summary>Empty when the message is not in the store any more.</summary>
    public ReadOnlySpan<byte> this[int index] => _octets.AsSpan((index == 0 ? 0 : _ends[index - 1]).._ends[index]);

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_octets);
        _octets = [];
    }

    internal void Add(ReadOnlySpan<byte> structure)
    {
        int start = _count == 0 ? 0 : _ends[_count - 1];
        if (start + structure.Length > _octets.Length)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(start + structure.Length, _octets.Length * 2));
            _octets.AsSpan(0, start).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_octets);
            _octets = larger;
        }
        structure.CopyTo(_octets.AsSpan(start));
        _ends[_count++] = start + structure.Length;
    }
}

/// <summary>How much of a structure is wanted.</summary>
public enum StructureExtent
{
    /// <summary>Its front with the envelope, or more.</summary>
    Envelope,

    Whole,
}
