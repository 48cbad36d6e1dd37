namespace DirMail.Ldap.Codec;

/// <summary>
/// Attributes that many entries have alike (classes, states, hosts), by their octets: a load of a million entries makes each once, not a million times. Only small ones
/// that came twice in a row to their slot are kept, so it is bounded, and never a password. Used without a lock: a slot is replaced as a whole, and checked at each use.
/// </summary>
internal static class SharedAttributes
{
    private const int MaxOctets = 256;
    private const int Count = 2048;

    private static readonly Known?[] Slots = new Known?[Count];
    private static readonly uint[] Seen = new uint[Count];

    /// <param name="element">The whole attribute with its tag and length.</param>
    /// <param name="hash">For <see cref="Offer"/>; 0: none of its kind is shared.</param>
    public static LdapAttribute? Find(ReadOnlySpan<byte> element, out uint hash)
    {
        hash = 0;
        if (element.Length is 0 or > MaxOctets)
            return null;
        hash = OctetHash.Of(element) | 0x8000_0000;
        return Volatile.Read(ref Slots[hash % Count]) is { } known && known.Octets.AsSpan().SequenceEqual(element) ? known.Attribute : null;
    }

    public static void Offer(ReadOnlySpan<byte> element, uint hash, LdapAttribute attribute)
    {
        if (hash == 0)
            return;
        ref uint seen = ref Seen[hash % Count];
        if (seen == hash && !attribute.Description.StartsWith("userPassword", StringComparison.OrdinalIgnoreCase))
            Volatile.Write(ref Slots[hash % Count], new Known(element.ToArray(), attribute));
        seen = hash;
    }

    private sealed record Known(byte[] Octets, LdapAttribute Attribute);
}
