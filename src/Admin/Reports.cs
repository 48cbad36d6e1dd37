using System.Globalization;
using System.Net;
using System.Reflection;
using DirMail.Mail;
using DirMail.Routing;
using DirMail.Store;
using DirMail.Transfer;

namespace DirMail.Admin;

/// <summary>Turns what the rooms hold into the shapes that the control socket answers.</summary>
internal static class Reports
{
    private static readonly string Version = typeof(Reports).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "";

    public static async Task<ServerStatus> StatusAsync(ControlFacts facts, DateTimeOffset started, CancellationToken cancellationToken)
    {
        StoreStatistics store = await facts.Store.StatisticsAsync(cancellationToken);
        DirectoryStatus directory = facts.Directory();
        return new()
        {
            Version = Version,
            ProcessId = Environment.ProcessId,
            Started = started,
            DataFolder = facts.DataFolder,
            Listeners = facts.Listeners(),
            Sessions = facts.Sessions(),
            Certificates = facts.Certificates(),
            Directory = Directory(directory, facts.Live),
            Store = Store(store),
        };
    }

    public static StoreReport Store(StoreStatistics store) => new(store.Contents, store.Entries, store.QueueRecipients, store.StoredOctets, store.LogicalOctets, store.Accounts);

    public static FollowingReport Following(ControlFacts facts)
    {
        RoutingTable table = facts.Live.Current;
        DirectoryStatus status = facts.Directory();
        return new(Directory(status, facts.Live), status.Method.ToString().ToLowerInvariant(), status.ConnectedSince,
            status.Cache?.Folder ?? "", status.Cache?.Octets ?? 0, status.Cache?.InStep, status.Cache?.Failure,
            [.. table.HeldRemovals.Select(h => new HeldReport(h.Domain, h.Dn, h.Count, h.IsDomain, h.First))]);
    }

    /// <param name="withUsers">False for lists: a domain may have a hundred thousand.</param>
    public static DomainReport Domain(VirtualDomain domain, ControlFacts facts, bool withUsers) => new()
    {
        Name = domain.Name,
        Names = domain.Names,
        Dn = domain.Dn,
        Status = Word(domain.Status),
        DecidedBy = domain.Status.Attribute,
        IsHost = domain.IsHost,
        VirtualAddresses = [.. domain.VirtualAddresses.Select(a => new VirtualAddressReport(a.ToString(), facts.AddressProblem(a)))],
        HostName = domain.VirtualHostName,
        Services = domain.Services.ToString() ?? "",
        Postmasters = [.. domain.Postmasters.Select(p => p.ToString())],
        RoutingHosts = [.. domain.RoutingHosts.Select(static host => host.ToString())],
        IsElsewhere = facts.Live.Current.IsElsewhere(domain),
        CatchAll = domain.CatchAll?.ToString(),
        SmartHost = facts.Live.Current.SmartHostOf(domain)?.ToString(),
        Users = withUsers ? [.. facts.Live.Current.UsersOf(domain).Select(User).OrderBy(u => u.Uid, StringComparer.Ordinal)] : [],
    };

    public static QueueReport Queued(QueueRow row, RoutingTable table) => new(
        row.Id.Value, row.Acceptance.ToString(), table.FindDomain(row.Message.Domain)?.Name ?? row.Message.Domain.ToString(), row.Message.Channel, row.Message.Destination,
        row.Message.Sender?.ToString() ?? "<>", row.Octets, row.Arrived, row.Message.Expires, Identity(row.Message.Identity),
        row.HeldSince, WaitsFor(row, table), [.. row.Recipients.Select(Queued)]);

    public static QueueLaneReport Lane(QueueLaneStatistics of, int underWay, RoutingTable table) => new(
        table.FindDomain(of.Lane.Domain)?.Name ?? of.Lane.Domain.ToString(), of.Lane.Channel, of.Messages, of.Lane.Recipients, of.Due, underWay, of.Stopped, of.Oldest, of.Lane.EarliestAttempt, of.Lane.HeldSince);

    private static QueueRecipientReport Queued(QueueRecipientRow row) =>
        new(row.Recipient.Final.ToString(), row.Attempts, row.NextAttempt, row.LastReason ?? row.Recipient.Reason, row.Stopped)
        {
            Given = row.Recipient.Given == row.Recipient.Final ? null : row.Recipient.Given.ToString(),
            Stage = row.LastStage == Stage.None ? null : row.LastStage.ToString().ToLowerInvariant(),
        };

    private static string? WaitsFor(QueueRow row, RoutingTable table) => row switch
    {
        { HeldSince: not null } when !table.IsInForce => "a directory that is in step",
        { HeldSince: not null } when table.FindDomain(row.Message.Domain) is { Status: { Status: not MailStatus.Active } status } domain => $"{domain.Name} to be {Word(status)} no longer ({status.Attribute})",
        { HeldSince: not null } => "the state of the sender's domain to be looked at",
        { Message.Channel: ChannelNames.Hold } => "its recipient to be on hold no longer",
        { Message.Channel: ChannelNames.Reprocess } => "its recipient to be resolved anew",
        _ => null,
    };

    private static DirectoryReport Directory(DirectoryStatus status, LiveTable live)
    {
        RoutingTable table = live.Current;
        return new(status.Url, status.Connected, table.IsLoaded, table.Number, table.AsOf, table.DomainCount, table.UserCount, table.Problems.Count + status.Problems.Count,
            status.LastError, live.Age.Now.TotalSeconds);
    }

    private static UserReport User(MailUser user) =>
        new(user.Uid, Word(user.Status), [.. user.Addresses.Select(a => a.ToString())], [.. user.VirtualAddresses.Select(a => a.ToString())]);

    private static string Identity(OutgoingIdentity identity) =>
        identity.IsBound ? $"{identity.HostName} [{string.Join(", ", new IPAddress?[] { identity.V4, identity.V6 }.Where(a => a is not null))}]" : $"{identity.HostName} (unbound)";

    private static string Word(StatusDecision decision) => decision.Status.ToString().ToLower(CultureInfo.InvariantCulture);
}
