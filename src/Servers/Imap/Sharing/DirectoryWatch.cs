using DirMail.Mail;
using DirMail.Routing;

namespace DirMail.Servers.Imap.Sharing;

/// <summary>Wakes a session that has somebody else's mailbox open when something changes in its user's domain: members, owners and states say what may be done there.</summary>
internal sealed class DirectoryWatch : IDisposable
{
    private readonly ImapSession _session;
    private readonly EntryId _domain;

    public DirectoryWatch(ImapSession session)
    {
        (_session, _domain) = (session, session.User!.Domain);
        session.Services.Live.Changed += OnChanged;
    }

    public void Dispose() => _session.Services.Live.Changed -= OnChanged;

    private void OnChanged(TableChanged change)
    {
        if (change.Everything || change.Domains.Contains(_domain) || change.Users.Any(entry => change.Table.HomeOf(entry) is not { } home || home == _domain))
            _session.Wake();
    }
}
