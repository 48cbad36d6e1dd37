using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace DirMail.Ldap.Tree.Password;

/// <summary>
/// sha256-crypt ("$5$") and sha512-crypt ("$6$") of crypt(3), as {CRYPT} values hold them. Done here and not by the system's libcrypt: that library is not on every
/// system, runs whatever number of rounds a value asks for, and hands a password through a buffer of its own; this is a page of hashing with known answers.
/// </summary>
/// <param name="Rounds">How often the inner digest is hashed again.</param>
/// <param name="Hash">In crypt's own base 64, as it stands in the value.</param>
internal sealed record ShaCrypt(bool Is512, int Rounds, string Salt, string Hash)
{
    private const string Alphabet = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private const string RoundsMark = "rounds=";
    private const int DefaultRounds = 5000;
    private const int MinRounds = 1000;
    private const int MaxSaltLength = 16;

    /// <summary>Of the text after "{CRYPT}"; null when it is of another kind, or asks for more than <paramref name="maxRounds"/>.</summary>
    public static ShaCrypt? Read(string text, int maxRounds)
    {
        if (!text.StartsWith("$5$", StringComparison.Ordinal) && !text.StartsWith("$6$", StringComparison.Ordinal))
            return null;
        string[] parts = text[3..].Split('$');
        int rounds = DefaultRounds;
        if (parts[0].StartsWith(RoundsMark, StringComparison.Ordinal))
        {
            if (!int.TryParse(parts[0].AsSpan(RoundsMark.Length), NumberStyles.None, CultureInfo.InvariantCulture, out rounds) || rounds > maxRounds)
                return null;
            rounds = Math.Max(rounds, MinRounds);
            parts = parts[1..];
        }
        bool is512 = text[1] == '6';
        if (parts is not [string salt, string hash] || hash.Length != (is512 ? 86 : 43) || !hash.All(Alphabet.Contains) || !Ascii.IsValid(salt))
            return null;
        return new(is512, rounds, salt.Length <= MaxSaltLength ? salt : salt[..MaxSaltLength], hash);
    }

    public bool Fits(byte[] password) =>
        CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Compute(password)), Encoding.ASCII.GetBytes(Hash));

    private string Compute(byte[] password)
    {
        byte[] salt = Encoding.ASCII.GetBytes(Salt);
        using IncrementalHash hash = IncrementalHash.CreateHash(Is512 ? HashAlgorithmName.SHA512 : HashAlgorithmName.SHA256);
        byte[] digest = First(hash, password, salt);
        byte[] p = Repeated(Sum(hash, password, password.Length), password.Length);
        byte[] s = Repeated(Sum(hash, salt, 16 + digest[0]), salt.Length);
        for (int round = 0; round < Rounds; round++)
        {
            bool isOdd = round % 2 == 1;
            hash.AppendData(isOdd ? p : digest);
            if (round % 3 != 0)
                hash.AppendData(s);
            if (round % 7 != 0)
                hash.AppendData(p);
            hash.AppendData(isOdd ? digest : p);
            hash.GetHashAndReset(digest);
        }
        return Text(digest);
    }

    /// <summary>The digest that the rounds start from: password, salt and, bit by bit of the length, an alternate sum of both.</summary>
    private static byte[] First(IncrementalHash hash, byte[] password, byte[] salt)
    {
        hash.AppendData(password);
        hash.AppendData(salt);
        hash.AppendData(password);
        byte[] alternate = hash.GetHashAndReset();
        hash.AppendData(password);
        hash.AppendData(salt);
        hash.AppendData(Repeated(alternate, password.Length));
        for (int bits = password.Length; bits > 0; bits >>= 1)
            hash.AppendData((bits & 1) != 0 ? alternate : password);
        return hash.GetHashAndReset();
    }

    private static byte[] Sum(IncrementalHash hash, byte[] part, int times)
    {
        for (int i = 0; i < times; i++)
            hash.AppendData(part);
        return hash.GetHashAndReset();
    }

    private static byte[] Repeated(byte[] digest, int length)
    {
        byte[] all = new byte[length];
        for (int i = 0; i < length; i++)
            all[i] = digest[i % digest.Length];
        return all;
    }

    /// <summary>Three octets to four characters, the lowest bits first; the three are a third of the digest apart, and each group begins with the next of them.</summary>
    private string Text(byte[] digest)
    {
        int third = digest.Length / 3;
        var text = new StringBuilder(86);
        int[] at = [0, third, 2 * third];
        for (int group = 0; group < third; group++)
        {
            Append(text, (digest[at[0]] << 16) | (digest[at[1]] << 8) | digest[at[2]], 4);
            at = Is512 ? [at[1] + 1, at[2] + 1, at[0] + 1] : [at[2] + 1, at[0] + 1, at[1] + 1];
        }
        if (Is512)
            Append(text, digest[63], 2);
        else
            Append(text, (digest[31] << 8) | digest[30], 3);
        return text.ToString();
    }

    private static void Append(StringBuilder text, int value, int characters)
    {
        for (; characters > 0; characters--, value >>= 6)
            text.Append(Alphabet[value & 63]);
    }
}
