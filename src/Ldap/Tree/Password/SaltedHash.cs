using System.Security.Cryptography;

namespace DirMail.Ldap.Tree.Password;

/// <summary>One SHA over password and salt: {SSHA}, {SSHA256}, {SSHA384}, {SSHA512}; {SHA}, of old directories, is one without a salt.</summary>
internal sealed record SaltedHash(Func<byte[], byte[]> Compute, byte[] Hash, byte[] Salt)
{
    private static readonly (string Scheme, int Octets, Func<byte[], byte[]> Compute)[] s_schemes =
    [
        ("{SSHA}", 20, SHA1.HashData),
        ("{SSHA256}", 32, SHA256.HashData),
        ("{SSHA384}", 48, SHA384.HashData),
        ("{SSHA512}", 64, SHA512.HashData),
        ("{SHA}", 20, SHA1.HashData),
    ];

    public static SaltedHash? Read(string text)
    {
        foreach ((string scheme, int octets, Func<byte[], byte[]> compute) in s_schemes)
            if (text.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
                return Base64.Read(text[scheme.Length..]) is { } all && all.Length >= octets && (scheme != "{SHA}" || all.Length == octets)
                    ? new(compute, all[..octets], all[octets..]) : null;
        return null;
    }

    public bool Fits(byte[] password) => CryptographicOperations.FixedTimeEquals(Compute([.. password, .. Salt]), Hash);
}
