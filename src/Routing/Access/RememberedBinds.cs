using System.Security.Cryptography;
using System.Text;
using DirMail.Mail;

namespace DirMail.Routing.Access;

/// <summary>
/// Successful binds, kept for a short time so that logins survive a short absence of the directory; they are asked only while it does not answer. Kept is an HMAC-SHA256
/// of the password under a key that this process drew, with a salt for each entry: nothing of it outlives the process. Any push for the user or the domain drops it.
/// </summary>
internal sealed class RememberedBinds(TimeSpan lifetime, TimeProvider clock)
{
    private const int MaxEntries = 100_000;
    private const int SaltOctets = 16;

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly Dictionary<EntryId, Bind> _binds = [];
    private readonly Dictionary<EntryId, HashSet<EntryId>> _usersOf = [];
    private readonly Queue<(EntryId User, DateTimeOffset Until)> _order = new();
    private readonly Lock _lock = new();

    public void Add(EntryId user, EntryId domain, string password)
    {
        if (lifetime <= TimeSpan.Zero)
            return;
        byte[] salt = RandomNumberGenerator.GetBytes(SaltOctets);
        byte[] hash = Hash(salt, password);
        DateTimeOffset until = clock.GetUtcNow() + lifetime;
        lock (_lock)
        {
            DropOld();
            Drop(user);
            _binds[user] = new(domain, salt, hash, until);
            if (!_usersOf.TryGetValue(domain, out HashSet<EntryId>? users))
                _usersOf[domain] = users = [];
            users.Add(user);
            _order.Enqueue((user, until));
        }
    }

    public bool Knows(EntryId user, string password)
    {
        Bind? bind;
        lock (_lock)
            bind = _binds.GetValueOrDefault(user);
        return bind is not null && bind.Until > clock.GetUtcNow() && CryptographicOperations.FixedTimeEquals(bind.Hash, Hash(bind.Salt, password));
    }

    public void Forget(EntryId user)
    {
        lock (_lock)
            Drop(user);
    }

    /// <summary>Costs no more than what was touched.</summary>
    public void Forget(TableChanged change)
    {
        lock (_lock)
        {
            if (change.Everything)
            {
                _binds.Clear();
                _usersOf.Clear();
            }
            foreach (EntryId user in change.Users)
                Drop(user);
            foreach (EntryId domain in change.Domains)
                if (_usersOf.Remove(domain, out HashSet<EntryId>? users))
                    foreach (EntryId user in users)
                        _binds.Remove(user);
        }
    }

    private void Drop(EntryId user)
    {
        if (_binds.Remove(user, out Bind? bind) && _usersOf[bind.Domain] is var users && users.Remove(user) && users.Count == 0)
            _usersOf.Remove(bind.Domain);
    }

    private void DropOld()
    {
        DateTimeOffset now = clock.GetUtcNow();
        while (_order.TryPeek(out var oldest) && (oldest.Until <= now || _order.Count >= MaxEntries))
        {
            _order.Dequeue();
            if (_binds.TryGetValue(oldest.User, out Bind? bind) && bind.Until == oldest.Until)
                Drop(oldest.User);
        }
    }

    private byte[] Hash(byte[] salt, string password) => HMACSHA256.HashData(_key, (byte[])[.. salt, .. Encoding.UTF8.GetBytes(password)]);

    private sealed record Bind(EntryId Domain, byte[] Salt, byte[] Hash, DateTimeOffset Until);
}
