using DirMail.Mail;

namespace DirMail.Routing;

/// <summary>Holds the newest table: one reference, swapped. Subscribers learn which domains and users a new table touches.</summary>
public sealed class LiveTable
{
    public RoutingTable Current => throw new NotImplementedException();

    /// <summary>Raised after each swap, on the follower's task, in order; handlers must be quick and must not throw.</summary>
    public event Action<TableChanged>? Changed { add => throw new NotImplementedException(); remove => throw new NotImplementedException(); }
}

/// <summary>
/// What a new table changed. <paramref name="Users"/> holds every entry that was pushed, also when nothing we can see differs (a new password looks so).
/// <paramref name="Everything"/> is set after a full reload: treat all as touched.
/// </summary>
public sealed record TableChanged(RoutingTable Table, IReadOnlySet<EntryId> Domains, IReadOnlySet<EntryId> Users, bool Everything)
{
    /// <summary>Users pushed though nothing readable changed: a new password looks so. Their open sessions end.</summary>
    public IReadOnlySet<EntryId> PasswordsMaybeChanged { get; init; } = new HashSet<EntryId>();
}
