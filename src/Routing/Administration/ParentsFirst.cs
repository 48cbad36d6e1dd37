using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using DirMail.Ldap;
using DirMail.Ldap.Ldif;

namespace DirMail.Routing;

/// <summary>Writes entries in the order in which they can be added. Of those written only a hash is kept, so that a million cost little.</summary>
internal sealed class ParentsFirst(Dn top, LdifWriter writer)
{
    private readonly NameSet _written = new();
    private readonly Dictionary<string, List<LdapEntry>> _waiting = [];

    public long Written { get; private set; }

    public void Take(LdapEntry entry)
    {
        if (entry.Dn.Equals(top) || entry.Dn.Parent is not { } parent || _written.Has(parent.Normal))
            Write(entry);
        else
            (CollectionsMarshal.GetValueRefOrAddDefault(_waiting, parent.Normal, out _) ??= []).Add(entry);
    }

    /// <summary>Those whose parent the person may not see, from the top down.</summary>
    public void End()
    {
        foreach (LdapEntry entry in _waiting.Values.SelectMany(e => e).OrderBy(e => e.Dn.Depth).ToArray())
            WriteOne(entry);
    }

    private void Write(LdapEntry entry)
    {
        var next = new Stack<LdapEntry>([entry]);
        while (next.TryPop(out LdapEntry? one))
        {
            WriteOne(one);
            if (_waiting.Remove(one.Dn.Normal, out List<LdapEntry>? children))
                children.ForEach(next.Push);
        }
    }

    private void WriteOne(LdapEntry entry)
    {
        writer.Write(new LdifRecord.Content(entry.Dn, entry.Attributes));
        _written.Add(entry.Dn.Normal);
        Written++;
    }
}

/// <summary>Names by 64 bits of their hash: among a million, that two share one is less likely than one in ten million.</summary>
internal sealed class NameSet
{
    private readonly HashSet<ulong> _names = [];

    public bool Add(string normal) => _names.Add(Hash(normal));

    public bool Has(string normal) => _names.Contains(Hash(normal));

    private static ulong Hash(string normal)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(MemoryMarshal.AsBytes(normal.AsSpan()), hash);
        return BinaryPrimitives.ReadUInt64LittleEndian(hash);
    }
}
