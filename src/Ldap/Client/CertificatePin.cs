using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace DirMail.Ldap.Client;

/// <summary>SHA-256 of a certificate's SubjectPublicKeyInfo (as in RFC 7469 2.4): stays the same when a certificate is renewed for the same key.</summary>
public readonly record struct CertificatePin
{
    private const string Prefix = "sha256:";

    private readonly string _base64;

    private CertificatePin(ReadOnlySpan<byte> hash) => _base64 = Convert.ToBase64String(hash);

    public static CertificatePin Of(X509Certificate2 certificate) => new(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo()));

    /// <summary>Reads "sha256:" and the hash in base64 or in hexadecimal, there with or without colons; false when it is neither.</summary>
    public static bool TryParse(string text, out CertificatePin pin)
    {
        pin = default;
        if (!text.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
            return false;
        string hash = text[Prefix.Length..], hex = hash.Replace(":", "", StringComparison.Ordinal);
        Span<byte> octets = stackalloc byte[SHA256.HashSizeInBytes];
        int length = 0;
        bool isHash = hex.Length == 2 * octets.Length
            ? Convert.FromHexString(hex, octets, out _, out length) == System.Buffers.OperationStatus.Done
            : hash.Length < 64 && Convert.TryFromBase64String(hash, octets, out length);
        if (!isHash || length != octets.Length)
            return false;
        pin = new(octets);
        return true;
    }

    public override string ToString() => Prefix + _base64;
}
