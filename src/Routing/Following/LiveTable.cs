using System.Net;
using DirMail.Mail;
using DirMail.Routing.Table;

namespace DirMail.Routing;

/// <summary>Holds the newest table: one reference, swapped. Subscribers learn which domains and users a new table touches.</summary>
public sealed class LiveTable(DirectorySettings settings, TimeProvider clock)
{
    private static readonly Comparer<IPAddress> AddressOrder = Comparer<IPAddress>.Create(static (left, right) => string.CompareOrdinal(left.ToString(), right.ToString()));

    private readonly Lock _gate = new();
    private readonly List<EntryId> _settled = [];
    private volatile RoutingTable _current = RoutingTable.Empty(TableSettings.From(settings, clock));

    public RoutingTable Current => _current;

    /// <summary>Of whatever table is current.</summary>
    public TableAge Age => _current.Settings.Age;

    /// <summary>Raised after each swap, on the follower's task, in order; handlers must be quick and must not throw.</summary>
    public event Action<TableChanged>? Changed;

    /// <summary>Asked once, before the first table is in force, on the follower's task: accounts with mail whose entries are not in it. Set before the follower starts.</summary>
    public Func<RoutingTable, IEnumerable<FormerAccount>>? FormerAccounts { get; set; }

    /// <summary>The store has settled whose mailbox it is: mail and logins of the user wait no longer.</summary>
    public void Settled(EntryId user)
    {
        lock (_gate)
        {
            if (!_current.NotAdopted.ContainsKey(user))
                return;
            _settled.Add(user);
            var builder = new TableBuilder(_current);
            builder.Settled(user);
            Swap(builder.Build(_current.AsOf), null);
        }
    }

    /// <summary>What DNS says of a virtual host name, as far as it is on this host: the addresses of the domains of that name (<see cref="RoutingTable.NamesToResolve"/>).</summary>
    public void Resolved(string hostName, IReadOnlyList<IPAddress> addresses)
    {
        lock (_gate)
        {
            if (_current.Settings.HostAddresses is not { } known)
                return;
            known[hostName] = [.. addresses.Order(AddressOrder)];
            var builder = new TableBuilder(_current);
            builder.Resolve(hostName);
            if (builder.HasChanges)
                Swap(builder.Build(_current.AsOf), null);
        }
    }

    /// <summary>Called by one task only: the follower, or a test. A subscriber that throws does not keep the others from hearing.</summary>
    internal void Publish(TableChanged change, Action<Exception>? failed = null)
    {
        lock (_gate)
            Swap(Completed(change), failed);
    }

    /// <summary>With what the follower could not know: the former accounts at the first table, and what was settled since its own began.</summary>
    private TableChanged Completed(TableChanged change)
    {
        bool isFirst = !_current.IsLoaded && FormerAccounts is not null;
        if (!isFirst && change.Table.Number > _current.Number)
            return change;
        var builder = new TableBuilder(change.Table);
        foreach (FormerAccount account in isFirst ? FormerAccounts!(change.Table) : [])
            builder.Seed(account);
        foreach (EntryId user in _settled)
            builder.Settled(user);
        if (_current.Settings.HostAddresses is not null)
            builder.Resolve(null);
        return change with { Table = builder.Build(change.Table.AsOf, _current.Number + 1).Table };
    }

    private void Swap(TableChanged change, Action<Exception>? failed)
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
