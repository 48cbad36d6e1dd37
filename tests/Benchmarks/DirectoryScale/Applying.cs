using System.Diagnostics;
using DirMail.Ldap;
using DirMail.Mail;
using DirMail.Routing;
using DirMail.Routing.Table;

namespace DirMail.Benchmarks;

/// <summary>From a pushed entry to the table in force, one change a table.</summary>
internal static class Applying
{
    private const int Changes = 2000;

    public static void Run(SyntheticDirectory directory, int rounds)
    {
        var live = new LiveTable(Loading.Settings, TimeProvider.System);
        live.Publish(new TableChanged(Loading.Load(directory).Table, new HashSet<EntryId>(), new HashSet<EntryId>(), true));
        int last = directory.Domains - 1;
        GC.Collect();
        for (int round = 1; round <= rounds; round++)
        {
            Console.WriteLine($"round {round}, {live.Current.DomainCount:N0} domains, {live.Current.UserCount:N0} users:");
            Measure(live, "a user's quota changed", i => WithQuota(directory, i));
            Measure(live, $"a domain of {directory.UsersIn(last):N0} users toggled", i => SyntheticDirectory.Node(last, i % 2 == 0 ? "inactive" : "active"));
            Measure(live, $"a domain of {directory.UsersIn(0):N0} users toggled", i => SyntheticDirectory.Node(0, i % 2 == 0 ? "inactive" : "active"));
        }
    }

    private static SyntheticEntry WithQuota(SyntheticDirectory directory, int i)
    {
        int domain = (i * 7919) % directory.Domains;
        SyntheticEntry user = SyntheticDirectory.User(domain, i % directory.UsersIn(domain));
        return user with { Attributes = [.. user.Attributes.Where(a => a.Description != "mailQuota"), new LdapAttribute("mailQuota", $"{i + 1}K")] };
    }

    private static void Measure(LiveTable live, string what, Func<int, SyntheticEntry> change)
    {
        var times = new double[Changes];
        long allocated = 0;
        for (int i = 0; i < Changes; i++)
        {
            SyntheticEntry pushed = change(i);
            LdapEntry entry = pushed.ToLdap();
            long before = GC.GetAllocatedBytesForCurrentThread(), start = Stopwatch.GetTimestamp();
            var builder = new TableBuilder(live.Current);
            builder.Upsert(pushed.Id, entry);
            live.Publish(builder.Build(DateTimeOffset.UnixEpoch));
            times[i] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
            allocated += GC.GetAllocatedBytesForCurrentThread() - before;
        }
        Array.Sort(times);
        Console.WriteLine($"  {what}: median {times[Changes / 2]:F1} us, 99 of 100 within {times[Changes * 99 / 100]:F1} us, worst {times[^1]:F1} us; {allocated / Changes:N0} octets allocated");
    }
}
