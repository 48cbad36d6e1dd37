using DirMail.Mail;
using DirMail.Store.Reading;
using DirMail.Store.Writing;

namespace DirMail.Store;

/// <summary>Whose mail is kept: accounts by the directory entry that owns them, with the name that entry had last. Writes are durable when their task ends.</summary>
public sealed class Accounts
{
    private readonly Readers _readers;
    private readonly Writer _writer;

    internal Accounts(Readers readers, Writer writer) => (_readers, _writer) = (readers, writer);

    /// <summary>What the directory calls an entry; asked when an account is made, on the writer's thread. Null: not known.</summary>
    public Func<EntryId, OwnerName?> NameOf
    {
        set => _writer.NameOf = value;
    }

    /// <summary>
    /// What lies in the INBOX of a new account before anything else; asked as <see cref="NameOf"/> is, and written in the commit that makes the account: each has it once. Null: nothing.
    /// </summary>
    public Func<EntryId, FirstMail?> FirstMailOf
    {
        set => _writer.FirstMailOf = value;
    }

    /// <summary>A page, in the order in which they were made.</summary>
    public Task<IReadOnlyList<StoredAccount>> ListAsync(long after, int limit, CancellationToken cancellationToken) =>
        _readers.RunAsync(database => AccountReads.List(database, after, limit), cancellationToken);

    /// <summary>All, those of a domain, or one, by the names that their entries had last.</summary>
    /// <param name="name">"uid@domain", or null.</param>
    /// <param name="domain">A domain's canonical name, or null.</param>
    public Task<IReadOnlyList<StoredAccount>> NamedAsync(string? name, string? domain, CancellationToken cancellationToken) =>
        _readers.RunAsync(database => AccountReads.Named(database, name, domain), cancellationToken);

    public Task<StoredAccount?> FindAsync(EntryId entry, CancellationToken cancellationToken) => _readers.RunShortAsync(database => AccountReads.Find(database, entry), cancellationToken);

    /// <summary>Notes what entries are called, and for which domain their accounts count. Accounts that are not there are left out.</summary>
    public Task RenameAsync(IReadOnlyList<AccountName> names, CancellationToken cancellationToken) =>
        _writer.RunInBackgroundAsync(scope => Adopting.Rename(scope, names), cancellationToken);

    /// <summary>Whether a message of that size fits into the account now; the commit that brings it asks again.</summary>
    public Task<bool> HasRoomAsync(EntryId entry, Quota quota, long octets, CancellationToken cancellationToken) =>
        _readers.RunShortAsync(database => Quotas.HasRoom(database, AccountRows.Find(database, entry), quota, 1, octets), cancellationToken);

    /// <summary>Gives all that the former entry's account holds to another entry, in one commit: folders, messages, subscriptions, UIDs and all. Refused when that one has mail of its own.</summary>
    public Task<AdoptResult> AdoptAsync(EntryId former, EntryId heir, CancellationToken cancellationToken) =>
        _writer.RunAsync(scope => Adopting.Adopt(scope, former, heir), cancellationToken);

    /// <summary>Notes since when the directory does not have these entries, or (null) that it has them. Who is noted already keeps the time.</summary>
    public Task MarkGoneAsync(IReadOnlyList<EntryId> entries, DateTimeOffset? since, CancellationToken cancellationToken) =>
        _writer.RunInBackgroundAsync(scope => Leaving.Mark(scope, entries, since), cancellationToken);

    /// <summary>Takes the account with all its mail away for good: out of reach in one commit, off the disk in slices afterwards. False: there is none, or it is not gone for so long.</summary>
    /// <param name="goneBefore">Only when its entry has been gone since then; null: whatever the note says.</param>
    public Task<bool> PurgeAsync(EntryId entry, DateTimeOffset? goneBefore, CancellationToken cancellationToken) =>
        _writer.RunInBackgroundAsync(scope => Leaving.Purge(scope, entry, goneBefore), cancellationToken);

    /// <summary>The account keeps its mail, and is nobody's predecessor any more.</summary>
    public Task SetAsideAsync(EntryId former, CancellationToken cancellationToken) => _writer.RunAsync(scope => Adopting.SetAside(scope, former), cancellationToken);
}

/// <param name="Name">"uid@domain" of its entry when it was last seen; null: not known.</param>
/// <param name="HasMail">Messages, or folders besides INBOX.</param>
/// <param name="Domain">Whose quota it counts for; null: not known.</param>
public sealed record StoredAccount(long Id, EntryId Entry, string? Name, bool IsSetAside, long Messages, long Octets, bool HasMail, EntryId? Domain)
{
    /// <summary>Since when the directory is known not to have its entry; null: it has it.</summary>
    public DateTimeOffset? GoneSince { get; init; }

    /// <summary>Its owner is a group.</summary>
    public bool IsGroup { get; init; }
}

/// <param name="Prefix">Header lines before it, as of a delivery.</param>
/// <param name="Quota">Of the account: a message that does not fit is left out.</param>
public sealed record FirstMail(ReadOnlyMemory<byte> Octets, ReadOnlyMemory<byte> Prefix, Quota Quota);

/// <param name="Text">"uid@domain", of a group with its name in place of the uid.</param>
public sealed record OwnerName(string Text, bool IsGroup = false);

public sealed record AccountName(EntryId Entry, OwnerName Name, EntryId Domain);

public enum AdoptResult
{
    Done,

    /// <summary>There is no such account (any more).</summary>
    NotFound,

    /// <summary>The heir has messages or folders of its own.</summary>
    HeirHasMail,
}
