using System.Buffers.Binary;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using DirMail.Mail;

namespace DirMail.Routing.Access;

/// <summary>
/// The delay that grows with wrong passwords (RESPONSES, Senders): by client address, whose tries then come one after another, and by account, whose delay is not for
/// a client that logged in to it lately. It is waited before the password is looked at, so whoever does not wait learns nothing. An account that does not exist
/// counts as one that does. Memory is bounded: of too many, those seen longest ago are forgotten.
/// </summary>
internal sealed class LoginDelays(TimeSpan longest, TimeProvider clock)
{
    private const int MaxRecords = 50_000;

    /// <summary>Wrong passwords that cost nothing: people mistype.</summary>
    private const int Free = 3;

    /// <summary>A client whose tries have piled up so many longest delays is sent away instead.</summary>
    private const int MaxPiledUp = 4;

    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan SuccessMemory = TimeSpan.FromDays(1);

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly Recent<IPAddress, Failures> _clients = new(MaxRecords);
    private readonly Recent<string, Failures> _accounts = new(MaxRecords);
    private readonly Recent<(IPAddress, string), Success> _successes = new(MaxRecords);
    private readonly Lock _lock = new();

    /// <summary>How long this try has to wait; null: the client tries too much, and is told to come back later. Call once a try: it takes a place in the client's line.</summary>
    public TimeSpan? Before(IPAddress client, string account)
    {
        if (longest <= TimeSpan.Zero)
            return TimeSpan.Zero;
        IPAddress from = ClientNetwork.Of(client);
        DateTimeOffset now = clock.GetUtcNow();
        lock (_lock)
        {
            TimeSpan ofAccount = HasSucceeded(from, account, now) ? TimeSpan.Zero : After(Current(_accounts, account, now));
            if (Current(_clients, from, now) is not { } failures || After(failures) is var ofClient && ofClient == TimeSpan.Zero)
                return ofAccount;
            DateTimeOffset mine = (failures.LineEnds > now ? failures.LineEnds : now) + ofClient;
            if (mine - now > longest * MaxPiledUp)
                return null;
            failures.LineEnds = mine;
            return mine - now > ofAccount ? mine - now : ofAccount;
        }
    }

    /// <summary>A device that repeats one wrong password guesses nothing: only the first time counts.</summary>
    public void Failed(IPAddress client, string account, string password)
    {
        ulong what = Digest(account, password);
        IPAddress from = ClientNetwork.Of(client);
        DateTimeOffset now = clock.GetUtcNow();
        lock (_lock)
        {
            // this machine's own programs, a web mail say, speak for many people
            if (!IPAddress.IsLoopback(from))
                Count(_clients, from, what, now);
            Count(_accounts, account, what, now);
        }
    }

    public void Succeeded(IPAddress client, string account)
    {
        lock (_lock)
            _successes.Touch((ClientNetwork.Of(client), account)).At = clock.GetUtcNow();
    }

    private static void Count<TKey>(Recent<TKey, Failures> records, TKey key, ulong what, DateTimeOffset now) where TKey : notnull
    {
        if (Current(records, key, now) is null)
            records.Remove(key);
        Failures failures = records.Touch(key);
        if (failures.LastWrong != what)
            failures.Count++;
        (failures.LastWrong, failures.Last) = (what, now);
    }

    private static Failures? Current<TKey>(Recent<TKey, Failures> records, TKey key, DateTimeOffset now) where TKey : notnull =>
        records.TryGet(key, out Failures? failures) && now - failures.Last < Memory ? failures : null;

    private bool HasSucceeded(IPAddress from, string account, DateTimeOffset now) => _successes.TryGet((from, account), out Success? success) && now - success.At < SuccessMemory;

    private TimeSpan After(Failures? failures)
    {
        if (failures is null || failures.Count < Free)
            return TimeSpan.Zero;
        TimeSpan grown = First * Math.Pow(2, Math.Min(failures.Count - Free, 20));
        return grown < longest ? grown : longest;
    }

    private ulong Digest(string account, string password) =>
        BinaryPrimitives.ReadUInt64LittleEndian(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes($"{account}\0{password}")));

    private sealed class Failures
    {
        public int Count { get; set; }
        public DateTimeOffset Last { get; set; }

        /// <summary>Under a key of this process.</summary>
        public ulong LastWrong { get; set; }

        /// <summary>When the last of the client's tries that wait has its turn.</summary>
        public DateTimeOffset LineEnds { get; set; }
    }

    private sealed class Success
    {
        public DateTimeOffset At { get; set; }
    }
}
