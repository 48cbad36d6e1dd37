using System.Collections.Frozen;
using DirMail.Mail;

namespace DirMail.Routing;

/// <summary>Who of a user's own domain has to do with the user: active mail groups, and accounts for sharing.</summary>
/// <param name="Groups">Those that the user is in, directly or through others, or for access to folders alone.</param>
/// <param name="Managed">Those that the user administers: named by the group's owner attribute, himself or through a group; administrators of the domain administer all, and the accounts that are for sharing (<see cref="MailUserSettings.IsForSharing"/>).</param>
public sealed record Circles(FrozenSet<EntryId> Groups, FrozenSet<EntryId> Managed)
{
    public static Circles None { get; } = new([], []);
}
