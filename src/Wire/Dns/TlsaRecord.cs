using System.Collections.Immutable;

namespace DirMail.Wire;

/// <summary>What a server's certificate must match (TLSA, RFC 6698 2.1), as it came; who uses it judges what of it is usable.</summary>
/// <param name="Usage">2: an authority that the chain must end at (DANE-TA), 3: the server's own certificate or key (DANE-EE).</param>
/// <param name="Selector">0: the whole certificate, 1: its public key (SubjectPublicKeyInfo).</param>
/// <param name="Matching">0: the octets themselves, 1: SHA-256 of them, 2: SHA-512.</param>
public sealed record TlsaRecord(byte Usage, byte Selector, byte Matching, ImmutableArray<byte> Data)
{
    internal const int FixedOctets = 3;

    internal static TlsaRecord Read(ReadOnlySpan<byte> data) => new(data[0], data[1], data[2], [.. data[FixedOctets..]]);
}
