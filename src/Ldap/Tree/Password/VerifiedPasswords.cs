using System.Buffers.Binary;
using System.Security.Cryptography;

namespace DirMail.Ldap.Tree.Password;

/// <summary>
/// Passwords that were right a short while ago, so that who logs in again and again does not cost a PBKDF2 each time. The key of an entry is an HMAC-SHA256, under
/// a random key of this process, over the stored value and the password.
///
/// Why this gives nothing away: the stored value is part of the key, so a changed password (its new hash has a new salt) can never meet an old entry, and
/// nothing must be dropped when one changes. Only successes are kept: a wrong guess costs what it always did, and a quick answer is seen only by who knows the
/// password. The entries name no account and hold no password; who reads this process's memory could try guesses against them faster than against the hashes,
/// for as long as they live - but sees passwords of binds under way there anyhow. Nothing outlives the process.
/// </summary>
internal sealed class VerifiedPasswords(TimeProvider clock, int capacity = 50_000)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly Dictionary<UInt128, DateTimeOffset> _until = [];
    private readonly Queue<(UInt128 Mark, DateTimeOffset Until)> _order = new();
    private readonly Lock _lock = new();

    public bool Knows(byte[] password, IReadOnlyList<byte[]> stored)
    {
        DateTimeOffset now = clock.GetUtcNow();
        foreach (byte[] value in stored)
        {
            UInt128 mark = Mark(password, value);
            lock (_lock)
                if (_until.TryGetValue(mark, out DateTimeOffset until) && until > now)
                    return true;
        }
        return false;
    }

    /// <summary>The password was just found to fit that stored value.</summary>
    public void Add(byte[] password, byte[] stored)
    {
        UInt128 mark = Mark(password, stored);
        DateTimeOffset now = clock.GetUtcNow();
        lock (_lock)
        {
            while (_order.TryPeek(out var oldest) && (oldest.Until <= now || _order.Count >= capacity))
            {
                _order.Dequeue();
                if (_until.TryGetValue(oldest.Mark, out DateTimeOffset until) && until == oldest.Until)
                    _until.Remove(oldest.Mark);
            }
            _until[mark] = now + Lifetime;
            _order.Enqueue((mark, now + Lifetime));
        }
    }

    /// <summary>128 of the 256 bits: nobody can look for a collision without the key.</summary>
    private UInt128 Mark(byte[] password, byte[] stored)
    {
        byte[] text = new byte[sizeof(int) + stored.Length + password.Length];
        BinaryPrimitives.WriteInt32BigEndian(text, stored.Length);
        stored.CopyTo(text, sizeof(int));
        password.CopyTo(text, sizeof(int) + stored.Length);
        Span<byte> mark = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_key, text, mark);
        CryptographicOperations.ZeroMemory(text);
        return BinaryPrimitives.ReadUInt128BigEndian(mark);
    }
}
