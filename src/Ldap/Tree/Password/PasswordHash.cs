using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace DirMail.Ldap.Tree.Password;

/// <summary>
/// Values of userPassword: {SSHA}, {SSHA256}, {SSHA512} and {PBKDF2-SHA256} (iterations$salt$hash, as OpenLDAP's module writes it) are understood,
/// new ones are PBKDF2. Comparing takes constant time, and every check costs one PBKDF2 whatever is stored, also when there is nothing to compare with:
/// the time of an answer tells neither whether a name exists nor how its password is kept.
/// </summary>
internal static class PasswordHash
{
    private const string Pbkdf2 = "{PBKDF2-SHA256}";
    private const int Iterations = 50_000;
    private const int MaxIterations = 1_000_000;
    private const int SaltOctets = 16;
    private const int HashOctets = 32;
    private static readonly byte[] s_noSalt = new byte[SaltOctets];

    private static readonly (string Scheme, int Octets, Func<byte[], byte[]> Hash)[] s_salted =
    [
        ("{SSHA}", 20, SHA1.HashData),
        ("{SSHA256}", 32, SHA256.HashData),
        ("{SSHA512}", 64, SHA512.HashData),
    ];

    /// <summary>The value to store: a hash in a known scheme stays as it is, anything else counts as a clear-text password.</summary>
    public static byte[] ForStore(byte[] given) => IsHash(given) ? given : Encoding.ASCII.GetBytes(Make(given));

    public static bool IsHash(byte[] value)
    {
        string text = Encoding.Latin1.GetString(value);
        return TryPbkdf2(text, out _, out _, out _) || s_salted.Any(s => TrySalted(text, s.Scheme, s.Octets, out _, out _));
    }

    /// <summary>Whether the password fits one of the stored values.</summary>
    public static bool Verify(byte[] password, IReadOnlyList<byte[]> stored)
    {
        bool fits = false;
        bool paid = false;
        foreach (byte[] value in stored)
        {
            string text = Encoding.Latin1.GetString(value);
            paid |= text.StartsWith(Pbkdf2, StringComparison.OrdinalIgnoreCase);
            fits |= Fits(password, text);
        }
        if (!paid)
            _ = Rfc2898DeriveBytes.Pbkdf2(password, s_noSalt, Iterations, HashAlgorithmName.SHA256, HashOctets);
        return fits;
    }

    private static string Make(byte[] password)
    {
        byte[] salt = RandomNumberGenerator.GetBytes(SaltOctets);
        byte[] hash = Rfc2898DeriveBytes.Pbkdf2(password, salt, Iterations, HashAlgorithmName.SHA256, HashOctets);
        return string.Create(CultureInfo.InvariantCulture, $"{Pbkdf2}{Iterations}${Adapted(salt)}${Adapted(hash)}");
    }

    private static bool Fits(byte[] password, string stored)
    {
        if (TryPbkdf2(stored, out int iterations, out byte[] salt, out byte[] hash))
            return CryptographicOperations.FixedTimeEquals(Rfc2898DeriveBytes.Pbkdf2(password, salt, iterations, HashAlgorithmName.SHA256, hash.Length), hash);
        foreach ((string scheme, int octets, Func<byte[], byte[]> compute) in s_salted)
            if (TrySalted(stored, scheme, octets, out hash, out salt))
                return CryptographicOperations.FixedTimeEquals(compute([.. password, .. salt]), hash);
        return false;
    }

    private static bool TrySalted(string text, string scheme, int octets, out byte[] hash, out byte[] salt)
    {
        hash = salt = [];
        if (!text.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) || !TryBase64(text[scheme.Length..], out byte[] all) || all.Length < octets)
            return false;
        hash = all[..octets];
        salt = all[octets..];
        return true;
    }

    private static bool TryPbkdf2(string text, out int iterations, out byte[] salt, out byte[] hash)
    {
        iterations = 0;
        salt = hash = [];
        if (!text.StartsWith(Pbkdf2, StringComparison.OrdinalIgnoreCase) || text[Pbkdf2.Length..].Split('$') is not [string count, string saltText, string hashText])
            return false;
        return int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out iterations) && iterations is > 0 and <= MaxIterations
            && TryBase64(Padded(saltText), out salt) && TryBase64(Padded(hashText), out hash) && hash.Length == HashOctets;
    }

    private static bool TryBase64(string text, out byte[] octets)
    {
        octets = new byte[text.Length];
        bool valid = Convert.TryFromBase64String(text, octets, out int written);
        octets = octets[..written];
        return valid;
    }

    /// <summary>Base 64 with "." for "+" and no padding, as that scheme has it.</summary>
    private static string Adapted(byte[] octets) => Convert.ToBase64String(octets).TrimEnd('=').Replace('+', '.');

    private static string Padded(string adapted) => adapted.Replace('.', '+').PadRight((adapted.Length + 3) / 4 * 4, '=');
}
