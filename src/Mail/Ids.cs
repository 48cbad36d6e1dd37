using System.Security.Cryptography;

namespace DirMail.Mail;

/// <summary>Identity of a directory entry: its entryUUID (RFC 4530), never its DN. Domains, users and groups are all known by it.</summary>
public readonly record struct EntryId(Guid Value)
{
    public override string ToString() => Value.ToString();
}

/// <summary>Unique identifier of a message in a mailbox (RFC 9051 2.3.1.1).</summary>
public readonly record struct Uid(uint Value) : IComparable<Uid>
{
    public int CompareTo(Uid other) => Value.CompareTo(other.Value);
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>Modification sequence of a mailbox or an entry (RFC 7162).</summary>
public readonly record struct ModSeq(long Value) : IComparable<ModSeq>
{
    public int CompareTo(ModSeq other) => Value.CompareTo(other.Value);
}

/// <summary>Row id of a mailbox; never reused.</summary>
public readonly record struct MailboxId(long Value);

/// <summary>Row id of a rendition: stored content together with the octets put before it.</summary>
public readonly record struct RenditionId(long Value);

/// <summary>Row id of a message in the queue; never reused.</summary>
public readonly record struct QueueId(long Value)
{
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>Row id of one recipient of a queued message; never reused.</summary>
public readonly record struct QueueRecipientId(long Value);

/// <summary>
/// Names one acceptance of a message: the id in our Received line, in the 250 reply and in the mail trail.
/// 42 bits of milliseconds and 21 that tell apart what is of one millisecond, printed as 13 characters; ids sort by time and need no coordination between nodes.
/// </summary>
public readonly record struct AcceptanceId(long Value)
{
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

    private static long s_last;

    /// <summary>
    /// Milliseconds, then 21 bits that begin at random and count up: no two of a process are the same, however many it makes in a millisecond, for a mailbox takes a message once by
    /// this id; and one of an earlier process is hardly met again when the clock was set back.
    /// </summary>
    public static AcceptanceId Next(TimeProvider clock)
    {
        long time = clock.GetUtcNow().ToUnixTimeMilliseconds() & 0x3FF_FFFF_FFFF;
        long begun = (time << 21) | (uint)RandomNumberGenerator.GetInt32(1 << 21);
        while (true)
        {
            long last = Volatile.Read(ref s_last), next = Math.Max(last + 1, begun);
            if (Interlocked.CompareExchange(ref s_last, next, last) == last)
                return new(next);
        }
    }

    /// <summary>Reads what <see cref="ToString"/> wrote; the case of letters does not matter.</summary>
    public static bool TryParse(string text, out AcceptanceId id)
    {
        long value = 0;
        id = default;
        if (text.Length != 13)
            return false;
        foreach (char letter in text.ToLowerInvariant())
        {
            int digit = Alphabet.IndexOf(letter, StringComparison.Ordinal);
            if (digit < 0)
                return false;
            value = (value << 5) | (uint)digit;
        }
        id = new(value);
        return true;
    }

    public override string ToString() => string.Create(13, Value, static (text, value) =>
    {
        for (int i = text.Length - 1; i >= 0; i--, value >>= 5)
            text[i] = Alphabet[(int)(value & 31)];
    });
}
