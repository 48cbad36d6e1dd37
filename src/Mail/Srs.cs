using System.Security.Cryptography;
using System.Text;

namespace DirMail.Mail;

/// <summary>
/// The Sender Rewriting Scheme (no RFC: the scheme of Mail::SRS and libsrs2). What a domain forwards has an address of that domain for its envelope sender, so that
/// SPF speaks of the domain whose server it is; a report that comes back to it is turned back to the one who sent. Only what was signed here is turned back.
/// "SRS0=hash=day=domain=local" stands for local@domain; "SRS1=hash=host=rest" for SRS0rest@host, the address of the first who forwarded: an address does not grow
/// with each one on the way. The hash is 40 bits in 8 characters, the day (since 1970, modulo 1024) two; of SRS1 the day stands behind the hash in the same field,
/// which nobody else reads. All of it is compared without case, for there are servers that lower it.
/// </summary>
/// <param name="keys">At least one of 32 octets: the first signs, all are good to verify.</param>
public sealed class Srs(IReadOnlyList<ReadOnlyMemory<byte>> keys)
{
    /// <summary>How long an address is good for.</summary>
    public const int MaxDays = 21;

    public const int KeyOctets = 32;

    /// <summary>With its brackets a path of 256 octets (RFC 5321 4.5.3.1.3).</summary>
    internal const int MaxAddressOctets = 254;

    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private const int HashOctets = 5, HashLength = 8, DayLength = 2, DayPeriod = 1 << 10;

    /// <summary>Whether the local part has the form that <see cref="Rewrite"/> makes, signed by whomever.</summary>
    public static bool IsOurForm(MailAddress address) => Inner(address.LocalPart) is { Length: > 4 } inner && inner[4] == '=' && IsTagged(inner);

    /// <summary>The address to send as in place of that sender; null: there is none (an address literal; longer than a path may be).</summary>
    /// <param name="owner">The domain that forwards, under any of its names.</param>
    public MailAddress? Rewrite(MailAddress sender, string domain, EntryId owner, DateTimeOffset now)
    {
        if (sender.IsLiteral)
            return null;
        string inner = Inner(sender.LocalPart), day = Day(now), text;
        if (IsTagged(inner, '0'))
            text = Second(owner, day, $"{sender.DomainKey}={inner[4..]}");
        else if (IsTagged(inner, '1') && inner[5..].Split('=', 3) is [_, var host, [var separator, _, ..] rest] && IsSeparator(separator) && MailAddress.TryDomainKey(host, out string first))
            text = Second(owner, day, $"{first}={rest}");
        else
            text = $"SRS0={Hash(keys[0].Span, owner, $"SRS0={day}={sender.DomainKey}={inner}")}={day}={sender.DomainKey}={inner}";
        string quote = sender.LocalPart[0] == '"' ? "\"" : "";
        string address = $"{quote}{text}{quote}@{domain}";
        return Encoding.UTF8.GetByteCount(address) <= MaxAddressOctets && MailAddress.TryParse(address, out MailAddress rewritten) ? rewritten : null;
    }

    /// <summary>Whom an address stands for that <see cref="Rewrite"/> made for that domain.</summary>
    /// <param name="now">Null: of whatever age.</param>
    public SrsAnswer Restore(MailAddress address, EntryId owner, DateTimeOffset? now)
    {
        string inner = Inner(address.LocalPart);
        if (!IsOurForm(address) || Fields(inner) is not var (hash, day, tail) || !IsSigned(hash, owner, $"{inner[..5]}{day}={tail}"))
            return SrsAnswer.NotSigned.Instance;
        if (now is { } today && Age(day, today) is not (>= 0 and <= MaxDays))
            return SrsAnswer.TooOld.Instance;
        string[] parts = tail.Split('=', 2);
        string local = inner[3] == '0' ? parts[1] : "SRS0" + parts[1], quote = address.LocalPart[0] == '"' ? "\"" : "";
        return MailAddress.TryParse($"{quote}{local}{quote}@{parts[0]}", out MailAddress original) ? new SrsAnswer.Original(original) : SrsAnswer.NotSigned.Instance;
    }

    /// <summary>A local part of this kind, quoted or not, may be longer than others are: whoever wraps another's address cannot make it shorter (RFC 5321 4.5.3.1).</summary>
    internal static bool IsTagged(ReadOnlySpan<char> local)
    {
        ReadOnlySpan<char> inner = local is ['"', ..] ? local[1..] : local;
        return IsTagged(inner, '0') || IsTagged(inner, '1');
    }

    private static bool IsTagged(ReadOnlySpan<char> inner, char kind) => inner.Length > 5 && inner.StartsWith("SRS", StringComparison.OrdinalIgnoreCase) && inner[3] == kind && IsSeparator(inner[4]);

    private static bool IsSeparator(char c) => c is '=' or '+' or '-';

    /// <summary>Without its quotes; what is escaped stays so.</summary>
    private static string Inner(string local) => local is ['"', .., '"'] and { Length: > 1 } ? local[1..^1] : local;

    /// <summary>Hash, day, and what they vouch for; null: it has another form.</summary>
    private static (string Hash, string Day, string Tail)? Fields(string inner)
    {
        bool isSecond = inner[3] == '1';
        return (isSecond, inner[5..].Split('=', isSecond ? 2 : 3)) switch
        {
            (true, [{ Length: HashLength + DayLength } both, var tail]) when tail.Contains('=') => (both[..HashLength], both[HashLength..], tail),
            (false, [{ Length: HashLength } hash, { Length: DayLength } day, var tail]) when tail.Contains('=') => (hash, day, tail),
            _ => null,
        };
    }

    private string Second(EntryId owner, string day, string tail) => $"SRS1={Hash(keys[0].Span, owner, $"SRS1={day}={tail}")}{day}={tail}";

    /// <summary>Takes as long for a wrong hash as for a right one.</summary>
    private bool IsSigned(string hash, EntryId owner, string text)
    {
        byte[] given = Encoding.UTF8.GetBytes(hash.ToUpperInvariant());
        bool isSigned = false;
        foreach (ReadOnlyMemory<byte> key in keys)
            isSigned |= CryptographicOperations.FixedTimeEquals(given, Encoding.UTF8.GetBytes(Hash(key.Span, owner, text)));
        return isSigned;
    }

    private static string Hash(ReadOnlySpan<byte> key, EntryId owner, string text)
    {
        byte[] signed = [.. owner.Value.ToByteArray(), .. Encoding.UTF8.GetBytes(text)];
        for (int i = 16; i < signed.Length; i++)
            if (signed[i] is >= (byte)'A' and <= (byte)'Z')
                signed[i] |= 0x20;
        ulong bits = 0;
        foreach (byte octet in HMACSHA256.HashData(key, signed).AsSpan(0, HashOctets))
            bits = (bits << 8) | octet;
        return Base32(bits, HashLength);
    }

    private static string Day(DateTimeOffset now) => Base32((ulong)(DayNumber(now) % DayPeriod), DayLength);

    /// <summary>In days; -1: it is no day.</summary>
    private static int Age(string day, DateTimeOffset now)
    {
        int high = Alphabet.IndexOf(char.ToUpperInvariant(day[0])), low = Alphabet.IndexOf(char.ToUpperInvariant(day[1]));
        return high < 0 || low < 0 ? -1 : (int)((DayNumber(now) - ((high << 5) | low) + DayPeriod) % DayPeriod);
    }

    private static long DayNumber(DateTimeOffset now) => now.ToUnixTimeSeconds() / (24 * 60 * 60) % DayPeriod;

    private static string Base32(ulong bits, int length) =>
        string.Create(length, bits, static (text, rest) =>
        {
            for (int i = text.Length - 1; i >= 0; i--, rest >>= 5)
                text[i] = Alphabet[(int)(rest & 31)];
        });
}

/// <summary>What an address of the form stands for.</summary>
public abstract record SrsAnswer
{
    private SrsAnswer() { }

    public sealed record Original(MailAddress Sender) : SrsAnswer;

    /// <summary>Signed once, longer ago than it is good for.</summary>
    public sealed record TooOld : SrsAnswer
    {
        internal static TooOld Instance { get; } = new();
    }

    public sealed record NotSigned : SrsAnswer
    {
        internal static NotSigned Instance { get; } = new();
    }
}
