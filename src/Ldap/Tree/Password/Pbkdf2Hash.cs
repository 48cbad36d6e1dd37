using System.Globalization;
using System.Security.Cryptography;

namespace DirMail.Ldap.Tree.Password;

/// <summary>PBKDF2 as OpenLDAP's pw-pbkdf2 module writes it: scheme, then iterations$salt$hash, in the adapted base 64.</summary>
internal sealed record Pbkdf2Hash(HashAlgorithmName Algorithm, int Iterations, byte[] Salt, byte[] Hash)
{
    /// <summary>What new passwords get.</summary>
    public const int NewIterations = 50_000;

    private const string NewScheme = "{PBKDF2-SHA256}";
    private const int NewHashOctets = 32;
    private const int SaltOctets = 16;
    private static readonly byte[] s_noSalt = new byte[SaltOctets];

    private static readonly (string Scheme, HashAlgorithmName Algorithm, int Octets)[] s_schemes =
    [
        (NewScheme, HashAlgorithmName.SHA256, NewHashOctets),
        ("{PBKDF2-SHA512}", HashAlgorithmName.SHA512, 64),
        ("{PBKDF2-SHA1}", HashAlgorithmName.SHA1, 20),
        ("{PBKDF2}", HashAlgorithmName.SHA1, 20),
    ];

    /// <summary>Null when the text is of another kind, or asks for more than <paramref name="maxIterations"/>.</summary>
    public static Pbkdf2Hash? Read(string text, int maxIterations)
    {
        foreach ((string scheme, HashAlgorithmName algorithm, int octets) in s_schemes)
            if (text.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
                return Read(text[scheme.Length..].Split('$'), maxIterations) is { } read && read.Hash.Length == octets ? read with { Algorithm = algorithm } : null;
        return null;
    }

    public static string Make(byte[] password)
    {
        byte[] salt = RandomNumberGenerator.GetBytes(SaltOctets);
        byte[] hash = Rfc2898DeriveBytes.Pbkdf2(password, salt, NewIterations, HashAlgorithmName.SHA256, NewHashOctets);
        return string.Create(CultureInfo.InvariantCulture, $"{NewScheme}{NewIterations}${Base64.WriteAdapted(salt)}${Base64.WriteAdapted(hash)}");
    }

    /// <summary>The work of checking one of our own values, for nothing.</summary>
    public static void Pretend(byte[] password) => _ = Rfc2898DeriveBytes.Pbkdf2(password, s_noSalt, NewIterations, HashAlgorithmName.SHA256, NewHashOctets);

    public bool Fits(byte[] password) => CryptographicOperations.FixedTimeEquals(Rfc2898DeriveBytes.Pbkdf2(password, Salt, Iterations, Algorithm, Hash.Length), Hash);

    private static Pbkdf2Hash? Read(string[] parts, int maxIterations)
    {
        if (parts is not [string count, string saltText, string hashText] || !int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out int iterations))
            return null;
        return iterations > 0 && iterations <= maxIterations && Base64.ReadAdapted(saltText) is { } salt && Base64.ReadAdapted(hashText) is { } hash
            ? new(default, iterations, salt, hash) : null;
    }
}
