using System.Buffers;
using DirMail.Ldap;
using DirMail.Mail;
using DirMail.Routing.Entries;

namespace DirMail.Routing.Table;

/// <summary>
/// Decodes and reads the entries of a load on other threads, while the caller's works those before them into the table. They are put in the order they were added,
/// so the table is the one that <see cref="TableBuilder.Upsert"/> would make.
/// </summary>
/// <param name="decoders">Makes one for each thread: octets to an entry, which lasts until the next; null: they are none.</param>
internal sealed class ReadAhead(TableBuilder builder, Func<ReadAhead.Decoder> decoders)
{
    private const int BatchOctets = 64 * 1024;
    private const int MostUnderWay = 8;

    private readonly Queue<(Batch Batch, Task<bool> Read)> _underWay = new();
    private readonly Stack<Batch> _free = new();
    private Batch _filling = new(builder, decoders());
    private bool _isBroken;

    public delegate IEntryContent? Decoder(ReadOnlyMemory<byte> octets);

    /// <summary>The octets are copied.</summary>
    /// <returns>False when an earlier one was no entry.</returns>
    public bool Add(EntryId id, ReadOnlySpan<byte> octets)
    {
        _filling.Add(id, octets);
        if (_filling.Octets >= BatchOctets)
            Begin();
        return !_isBroken;
    }

    /// <summary>All that was added is in the table when this returns.</summary>
    /// <returns>False when one of them was no entry; it and those after it in its batch are not in the table.</returns>
    public bool Finish()
    {
        if (_filling.Octets > 0)
            Begin();
        while (_underWay.Count > 0)
            PutOldest();
        return !_isBroken;
    }

    private void Begin()
    {
        Batch batch = _filling;
        _underWay.Enqueue((batch, Task.Run(batch.Read)));
        _filling = _free.TryPop(out Batch? free) ? free : new(builder, decoders());
        while (_underWay.Count > MostUnderWay || (_underWay.TryPeek(out var oldest) && oldest.Read.IsCompleted))
            PutOldest();
    }

    /// <summary>One that nobody has begun is read here: a wait takes it over.</summary>
    private void PutOldest()
    {
        (Batch batch, Task<bool> read) = _underWay.Dequeue();
        _isBroken |= !read.GetAwaiter().GetResult();
        foreach (EntryReading reading in batch.Readings)
            builder.Put(reading);
        batch.Clear();
        _free.Push(batch);
    }

    /// <summary>Used over and over: its buffer is large.</summary>
    private sealed class Batch(TableBuilder builder, Decoder decode)
    {
        private readonly ArrayBufferWriter<byte> _octets = new(BatchOctets + (BatchOctets / 4));
        private readonly List<(EntryId Id, int Length)> _entries = [];

        public int Octets => _octets.WrittenCount;

        public List<EntryReading> Readings { get; } = [];

        public void Add(EntryId id, ReadOnlySpan<byte> octets)
        {
            _octets.Write(octets);
            _entries.Add((id, octets.Length));
        }

        public bool Read()
        {
            ReadOnlyMemory<byte> rest = _octets.WrittenMemory;
            foreach ((EntryId id, int length) in _entries)
            {
                if (decode(rest[..length]) is not { } entry)
                    return false;
                Readings.Add(builder.Read(id, entry));
                rest = rest[length..];
            }
            return true;
        }

        public void Clear()
        {
            _octets.ResetWrittenCount();
            _entries.Clear();
            Readings.Clear();
        }
    }
}
