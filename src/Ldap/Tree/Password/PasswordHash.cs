using System.Text;
using System.Text.RegularExpressions;

namespace DirMail.Ldap.Tree.Password;

/// <summary>
/// Values of userPassword: <see cref="SaltedHash"/>, <see cref="Pbkdf2Hash"/> and {CRYPT} with <see cref="ShaCrypt"/> are understood, new ones are PBKDF2.
/// Comparing takes constant time. A check that fails costs at least one PBKDF2 of our own kind whatever is stored, also when there is nothing to compare with: the time of
/// an answer does not tell whether a name exists. One that succeeds costs what is stored, as its answer tells more than its time. A value of a dearer kind (many rounds) does show in the time of its own account.
/// The work of one check is bounded by <see cref="MaxRounds"/> and <see cref="MaxOctets"/>, about a second: who may write a hash cannot stall the directory with it.
/// </summary>
internal static partial class PasswordHash
{
    /// <summary>Values that ask for more rounds are refused when they are written, and fit nothing if they are there all the same.</summary>
    public const int MaxRounds = 1_000_000;

    /// <summary>Octets of a password; longer ones are refused when they are written, and never right.</summary>
    public const int MaxOctets = 1024;

    /// <summary>crypt's rounds hash the password each time.</summary>
    private const long MaxHashedOctets = 256 * 1024 * 1024;
    private const string Crypt = "{CRYPT}";

    /// <summary>The value to store: a hash in a known scheme stays as it is, anything else counts as a clear-text password.</summary>
    public static byte[] ForStore(byte[] given) => IsHash(given) ? given : Encoding.ASCII.GetBytes(Pbkdf2Hash.Make(given));

    /// <summary>Why a value cannot be taken: a hash that no login would ever fit, or a password too long. Null when it can.</summary>
    public static string? Fault(byte[] given)
    {
        if (IsHash(given))
            return null;
        if (SchemeName().Match(Encoding.Latin1.GetString(given)) is { Success: true } foreign)
            return $"a hash of a kind that is not understood, damaged or with more than {MaxRounds} rounds ({foreign.Value}...): give the password in clear text, it is stored hashed";
        return given.Length is 0 or > MaxOctets ? $"a password of {given.Length} octets; 1 to {MaxOctets} are allowed" : null;
    }

    public static bool IsHash(byte[] value) => Read(Encoding.Latin1.GetString(value)) is not null;

    /// <summary>Index of the first stored value that the password fits, -1 for none. All are tried, so that the time does not tell which.</summary>
    public static int FittingOf(byte[] password, IReadOnlyList<byte[]> stored) => FittingOf(password, stored, Pbkdf2Hash.Pretend);

    /// <param name="pretend">Does the work of one PBKDF2 of our own kind.</param>
    public static int FittingOf(byte[] password, IReadOnlyList<byte[]> stored, Action<byte[]> pretend)
    {
        if (password.Length > MaxOctets)
            return -1;
        int first = -1;
        bool paid = false;
        for (int i = stored.Count - 1; i >= 0; i--)
        {
            object? hash = Read(Encoding.Latin1.GetString(stored[i]));
            paid |= hash is Pbkdf2Hash { Iterations: >= Pbkdf2Hash.NewIterations };
            if (Fits(hash, password))
                first = i;
        }
        if (first < 0 && !paid)
            pretend(password);
        return first;
    }

    private static bool Fits(object? hash, byte[] password) => hash switch
    {
        Pbkdf2Hash pbkdf2 => pbkdf2.Fits(password),
        SaltedHash salted => salted.Fits(password),
        ShaCrypt crypt => (password.Length + 64L) * crypt.Rounds <= MaxHashedOctets && crypt.Fits(password),
        _ => false,
    };

    private static object? Read(string text) =>
        text.StartsWith(Crypt, StringComparison.OrdinalIgnoreCase) ? ShaCrypt.Read(text[Crypt.Length..], MaxRounds)
            : SaltedHash.Read(text) ?? (object?)Pbkdf2Hash.Read(text, MaxRounds);

    /// <summary>Schemes that other directories have, so that nobody's hash is taken for a password.</summary>
    [GeneratedRegex(@"^\{(S?SHA(256|384|512)?|S?MD5|CRYPT|PBKDF2(-SHA(1|256|512))?|ARGON2|BCRYPT|SASL|CLEARTEXT|NS-MTA-MD5|PBKDF2_SHA256)\}", RegexOptions.IgnoreCase)]
    private static partial Regex SchemeName();
}
