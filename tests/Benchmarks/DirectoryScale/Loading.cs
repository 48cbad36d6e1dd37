using DirMail.Ldap;
using DirMail.Mail;
using DirMail.Routing;
using DirMail.Routing.Entries;
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

    /// <summary>The entries are made in batches outside the times. One thread does all, and its processor time is what counts: other work on the machine does not.</summary>
    public static (RoutingTable Table, TimeSpan Reading, TimeSpan Building) Load(SyntheticDirectory directory)
    {
        RoutingTable before = new LiveTable(Settings, TimeProvider.System).Current;
        var builder = new TableBuilder(before);
        builder.BeginRefresh(isFull: true);
        TimeSpan reading = default, building = default;
        var progress = new Progress("entries", directory.Users + (2 * directory.Domains));
        foreach (SyntheticEntry[] batch in directory.Entries().Chunk(200))
        {
            (EntryId Id, LdapEntry Entry)[] entries = [.. batch.Select(e => (e.Id, e.ToLdap()))];
            TimeSpan start = ThreadClock.Now;
            EntryReading[] read = [.. entries.Select(e => EntryReader.Read(e.Id, e.Entry, EntryDigest.Of(e.Entry), before.Settings))];
            TimeSpan middle = ThreadClock.Now;
            foreach (EntryReading one in read)
                builder.Put(one);
            (reading, building) = (reading + middle - start, building + ThreadClock.Now - middle);
            progress.Advance(batch.Length);
        }
        progress.End();
        TimeSpan last = ThreadClock.Now;
        builder.EndRefresh(removeUnseen: true);
        RoutingTable table = builder.Build(DateTimeOffset.UnixEpoch).Table;
        return (table, reading, building + ThreadClock.Now - last);
    }
}
