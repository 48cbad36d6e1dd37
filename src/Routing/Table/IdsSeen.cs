using System.Numerics;
using System.Runtime.InteropServices;
using DirMail.Mail;

namespace DirMail.Routing.Table;

/// <summary>
/// Ids that came by, told by 64 bits of each: 16 octets an id where a set of them would need 40. One that came is always known; one that did not is taken for one that did so
/// seldom that whoever asks may then do a little more work, but nothing wrong.
/// </summary>
internal sealed class IdsSeen
{
    private ulong[] _marks = new ulong[1024];
    private int _count;

    /// <returns>False: it may have come before.</returns>
    public bool Add(EntryId id)
    {
        if (_count * 2 >= _marks.Length)
            Grow();
        if (!Add(MarkOf(id)))
            return false;
        _count++;
        return true;
    }

    private bool Add(ulong mark)
    {
        int last = _marks.Length - 1, at = (int)(mark >> 32) & last;
        for (; _marks[at] != 0; at = (at + 1) & last)
            if (_marks[at] == mark)
                return false;
        _marks[at] = mark;
        return true;
    }

    private void Grow()
    {
        ulong[] before = _marks;
        _marks = new ulong[2 * before.Length];
        foreach (ulong mark in before)
            if (mark != 0)
                Add(mark);
    }

    /// <summary>Ids made of the time differ in few bits: all of them have a say in all.</summary>
    private static ulong MarkOf(EntryId id)
    {
        Guid value = id.Value;
        ReadOnlySpan<ulong> halves = MemoryMarshal.Cast<Guid, ulong>(new ReadOnlySpan<Guid>(in value));
        ulong mark = (halves[0] * 0x9E3779B97F4A7C15) ^ BitOperations.RotateLeft(halves[1] * 0xC2B2AE3D27D4EB4F, 31);
        mark = (mark ^ (mark >> 32)) * 0xD6E8FEB86659FD93;
        return (mark ^ (mark >> 32)) | 1;
    }
}
