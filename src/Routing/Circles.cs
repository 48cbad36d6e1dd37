using System.Collections.Frozen;
using DirMail.Mail;

namespace DirMail.Routing;

/// <summary>The active mail groups of a user's own domain that have to do with the user.</summary>
/// <param name="Groups">Those that the user is in, directly or through others.</param>
/// <param name="Managed">Those that the user administers: named by the group's owner attribute, himself or through a group; administrators of the domain administer all.</param>
public sealed record Circles(FrozenSet<EntryId> Groups, FrozenSet<EntryId> Managed)
{
    public static Circles None { get; } = new([], []);
}
