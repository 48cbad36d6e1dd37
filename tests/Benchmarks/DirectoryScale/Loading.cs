using System.Diagnostics;
using DirMail.Ldap;
using DirMail.Mail;
using DirMail.Routing;
using DirMail.Routing.Table;

namespace DirMail.Benchmarks;

/// <summary>A synthetic directory as a table, loaded as from a refresh.</summary>
internal static class Loading
{
    public static DirectorySettings Settings { get; } = new()
    {
        Urls = ["ldap://127.0.0.1:1"],
        HostDomain = SyntheticDirectory.DomainName(0),
        HostName = SyntheticDirectory.MailHost,
        MailHosts = [SyntheticDirectory.MailHost],
    };

    /// <summary>The entries are made in batches outside the time that is returned.</summary>
    public static (RoutingTable Table, TimeSpan Time) Load(SyntheticDirectory directory)
    {
        var live = new LiveTable(Settings, TimeProvider.System);
        var builder = new TableBuilder(live.Current);
        builder.BeginRefresh(isFull: true);
        TimeSpan time = default;
        var progress = new Progress("entries", directory.Users + (2 * directory.Domains));
        foreach (SyntheticEntry[] batch in directory.Entries().Chunk(10_000))
        {
            (EntryId Id, LdapEntry Entry)[] entries = [.. batch.Select(e => (e.Id, e.ToLdap()))];
            long start = Stopwatch.GetTimestamp();
            foreach ((EntryId id, LdapEntry entry) in entries)
                builder.Upsert(id, entry);
            time += Stopwatch.GetElapsedTime(start);
            progress.Advance(batch.Length);
        }
        progress.End();
        long last = Stopwatch.GetTimestamp();
        builder.EndRefresh(removeUnseen: true);
        RoutingTable table = builder.Build(DateTimeOffset.UnixEpoch).Table;
        return (table, time + Stopwatch.GetElapsedTime(last));
    }
}
