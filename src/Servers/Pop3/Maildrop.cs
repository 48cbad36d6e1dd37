using System.Globalization;
using DirMail.Mail;
using DirMail.Store;

namespace DirMail.Servers.Pop3;

/// <summary>INBOX as it was at the login: message numbers stay, deletions are only marks until QUIT (RFC 1939 5).</summary>
/// <param name="former">Of the mailbox, by UID.</param>
internal sealed class Maildrop(EntryId account, MailboxView view, IReadOnlyList<FormerValidity> former)
{
    private readonly bool[] _isMarked = new bool[view.Entries.Count];

    public EntryId Account => account;

    public MailboxId Mailbox => view.Mailbox.Id;

    /// <summary>Messages at the login, marked or not.</summary>
    public int Highest => _isMarked.Length;

    /// <summary>Not marked, with their numbers from 1.</summary>
    public IEnumerable<(int Number, MailboxEntry Entry)> Messages
    {
        get
        {
            for (int i = 0; i < _isMarked.Length; i++)
                if (!_isMarked[i])
                    yield return (i + 1, view.Entries[i]);
        }
    }

    public int Count => Messages.Count();

    public long Octets => Messages.Sum(static message => message.Entry.Octets);

    public IReadOnlyList<Uid> Marked => [.. view.Entries.Where((_, i) => _isMarked[i]).Select(static entry => entry.Uid)];

    /// <summary>Null when there is none of that number, or it is marked as deleted.</summary>
    public MailboxEntry? Find(int number) => number >= 1 && number <= Highest && !_isMarked[number - 1] ? view.Entries[number - 1] : null;

    public void Mark(int number) => _isMarked[number - 1] = true;

    public void UnmarkAll() => Array.Clear(_isMarked);

    /// <summary>The same for a message in every session, also when the store was restored in between, and never given to another one (RFC 1939 7).</summary>
    public string UniqueId(MailboxEntry entry) => string.Create(CultureInfo.InvariantCulture, $"{ValidityOf(entry.Uid)}.{entry.Uid.Value}");

    private uint ValidityOf(Uid uid)
    {
        foreach (FormerValidity before in former)
            if (uid.Value < before.Below.Value)
                return before.UidValidity;
        return view.Mailbox.UidValidity;
    }
}
