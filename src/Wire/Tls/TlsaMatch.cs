using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace DirMail.Wire;

/// <summary>Compares certificates with TLSA records (RFC 6698 2.1, RFC 7672 3.1).</summary>
internal static class TlsaMatch
{
    public const byte TrustAnchor = 2, EndEntity = 3;
    private const byte Whole = 0, Key = 1, Exact = 0, Sha256 = 1, Sha512 = 2;

    /// <summary>Usages 0 and 1 need not be honoured by mail (RFC 7672 3.1.3); what we cannot compute is passed over too.</summary>
    public static bool IsUsable(TlsaRecord record) =>
        record.Usage is TrustAnchor or EndEntity && record.Selector is Whole or Key && record.Data.Length > 0
        && record.Matching switch
        {
            Exact => true,
            Sha256 => record.Data.Length == SHA256.HashSizeInBytes,
            Sha512 => record.Data.Length == SHA512.HashSizeInBytes,
            _ => false,
        };

    public static bool Is(TlsaRecord record, X509Certificate2 certificate)
    {
        byte[] octets = record.Selector == Whole ? certificate.RawData : certificate.PublicKey.ExportSubjectPublicKeyInfo();
        byte[] told = record.Matching switch
        {
            Sha256 => SHA256.HashData(octets),
            Sha512 => SHA512.HashData(octets),
            _ => octets,
        };
        return record.Data.AsSpan().SequenceEqual(told);
    }
}
