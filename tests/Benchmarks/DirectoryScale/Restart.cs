using System.Diagnostics;
using System.Runtime;
using DirMail.Routing;
using DirMail.Routing.Cache;
using Microsoft.Extensions.Logging.Abstractions;

namespace DirMail.Benchmarks;

/// <summary>From the cache on disk to the table, as at a start with the directory away.</summary>
internal static class Restart
{
    public static void Run(SyntheticDirectory directory, int rounds)
    {
        string folder = Directory.CreateTempSubdirectory("dirmail-scale-").FullName;
        try
        {
            Fill(directory, folder);
            for (int round = 1; round <= rounds; round++)
                Measure(folder, round);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Fill(SyntheticDirectory directory, string folder)
    {
        using var cache = new DirectoryCache(folder, Loading.Settings, TimeProvider.System, NullLogger.Instance);
        cache.BeginFull();
        var progress = new Progress("entries into the cache", directory.Users + (2 * directory.Domains));
        foreach (SyntheticEntry entry in directory.Entries())
        {
            cache.Add(entry.Id, entry.ToLdap());
            progress.Advance(1);
        }
        cache.Commit(new CacheCommit(null, "", DateTimeOffset.UnixEpoch));
        progress.End();
    }

    private static void Measure(string folder, int round)
    {
        GC.Collect();
        RoutingTable empty = new LiveTable(Loading.Settings, TimeProvider.System).Current;
        TimeSpan processor = Process.GetCurrentProcess().TotalProcessorTime, pauses = GC.GetTotalPauseDuration(), compiling = JitInfo.GetCompilationTime();
        long methods = JitInfo.GetCompiledMethodCount();
        long allocated = GC.GetTotalAllocatedBytes();
        int[] collections = [GC.CollectionCount(0), GC.CollectionCount(1), GC.CollectionCount(2)];
        long start = Stopwatch.GetTimestamp();
        using var cache = new DirectoryCache(folder, Loading.Settings, TimeProvider.System, NullLogger.Instance);
        RoutingTable table = cache.Load(empty)?.Table.Table ?? throw new InvalidOperationException("nothing was loaded");
        TimeSpan time = Stopwatch.GetElapsedTime(start);
        Console.WriteLine($"round {round}: {table.DomainCount:N0} domains and {table.UserCount:N0} users after {time.TotalSeconds:F2} s "
            + $"(processor {(Process.GetCurrentProcess().TotalProcessorTime - processor).TotalSeconds:F2} s, {JitInfo.GetCompiledMethodCount() - methods:N0} methods compiled in {(JitInfo.GetCompilationTime() - compiling).TotalSeconds:F2} s, paused to collect {(GC.GetTotalPauseDuration() - pauses).TotalSeconds:F2} s; {(GC.GetTotalAllocatedBytes() - allocated) / 1e6:N0} MB allocated, collections {GC.CollectionCount(0) - collections[0]}, {GC.CollectionCount(1) - collections[1]}, {GC.CollectionCount(2) - collections[2]})");
    }
}
