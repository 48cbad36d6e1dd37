using System.Collections.Concurrent;
using DirMail.Mail;
using DirMail.Store;

namespace DirMail.Servers.Smtp;

/// <summary>
/// Since when mailboxes have had no room, so that who writes to one is told to come again for two weeks, and then that it is no use. The time is kept in the store over a
/// restart. It begins anew once a message has room, or when for three days nobody was refused.
/// </summary>
public sealed class FullMailboxes(Memory memory, TimeProvider clock)
{
    private const string Kind = "full";

    /// <summary>Well over the four or five days for which servers try again (RFC 5321 4.5.4.1).</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromDays(14);
    private static readonly TimeSpan Kept = TimeSpan.FromDays(3);

    /// <summary>Those refused by this process: most recipients have room, and cost nothing here.</summary>
    private readonly ConcurrentDictionary<EntryId, bool> _refused = new();

    /// <summary>What to answer for a mailbox without room.</summary>
    public async Task<Reply> RefuseAsync(EntryId user)
    {
        _refused[user] = true;
        DateTimeOffset now = clock.GetUtcNow();
        Remembered? known = await memory.FindAsync(Kind, user.ToString(), CancellationToken.None);
        DateTimeOffset since = known is null ? now : DateTimeOffset.FromUnixTimeMilliseconds(known.Value);
        if (known is null || known.Expires - now < Kept / 2)
            await memory.KeepAsync(Kind, user.ToString(), since.ToUnixTimeMilliseconds(), now + Kept, CancellationToken.None);
        return now - since < Grace ? Responses.Overquota : Responses.OverquotaForLong;
    }

    public Task HasRoomAsync(EntryId user)
    {
        DateTimeOffset now = clock.GetUtcNow();
        return _refused.TryRemove(user, out _) ? memory.KeepAsync(Kind, user.ToString(), now.ToUnixTimeMilliseconds(), now, CancellationToken.None) : Task.CompletedTask;
    }
}
