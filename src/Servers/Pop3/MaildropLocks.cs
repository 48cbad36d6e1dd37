using System.Collections.Concurrent;
using DirMail.Mail;

namespace DirMail.Servers.Pop3;

/// <summary>
/// One POP3 session per maildrop (RFC 1939 4). It keeps clients of this node from deleting under each other's message numbers; on another node a second
/// session would only find messages gone, which <c>RETR</c> answers.
/// </summary>
internal sealed class MaildropLocks
{
    private readonly ConcurrentDictionary<EntryId, byte> _open = new();

    /// <summary>False: open elsewhere.</summary>
    public bool TryEnter(EntryId account) => _open.TryAdd(account, 0);

    public void Leave(EntryId account) => _open.TryRemove(account, out _);
}
