using DirMail.Mail;
using DirMail.Routing.Table;

namespace DirMail.Routing;

/// <summary>Holds the newest table: one reference, swapped. Subscribers learn which domains and users a new table touches.</summary>
public sealed class LiveTable(DirectorySettings settings, TimeProvider clock)
{
    private volatile RoutingTable _current = RoutingTable.Empty(TableSettings.From(settings, clock));

    public RoutingTable Current => _current;

    /// <summary>Of whatever table is current.</summary>
    public TableAge Age => _current.Settings.Age;

    /// <summary>Raised after each swap, on the follower's task, in order; handlers must be quick and must not throw.</summary>
    public event Action<TableChanged>? Changed;

    /// <summary>Called by one task only: the follower, or a test. A subscriber that throws does not keep the others from hearing.</summary>
    internal void Publish(TableChanged change, Action<Exception>? failed = null)
    {
        _current = change.Table;
        foreach (Action<TableChanged> handler in Delegate.EnumerateInvocationList(Changed))
            try
            {
                handler(change);
            }
            catch (Exception fault) when (failed is not null)
            {
                failed(fault);
            }
    }
}

/// <summary>
/// What a new table changed. <paramref name="Users"/> holds every entry that was pushed, also when nothing we can see differs (a new password looks so), and those
/// that a change of their domain moved. <paramref name="Everything"/> is set after a full reload: treat all as touched, the sets do not name all of them.
/// </summary>
public sealed record TableChanged(RoutingTable Table, IReadOnlySet<EntryId> Domains, IReadOnlySet<EntryId> Users, bool Everything)
{
    /// <summary>Users pushed though nothing readable changed: a new password looks so. Their open sessions end.</summary>
    public IReadOnlySet<EntryId> PasswordsMaybeChanged { get; init; } = new HashSet<EntryId>();

    /// <summary>Whether <see cref="RoutingTable.VirtualAddresses"/> may differ from the table before: looking at all of them costs more than most changes.</summary>
    public bool VirtualAddressesChanged { get; init; } = true;
}
