using System.Runtime.CompilerServices;
using DirMail.Routing;

namespace DirMail.Benchmarks;

internal static class Memory
{
    public static void Run(SyntheticDirectory directory, int rounds)
    {
        for (int round = 1; round <= rounds; round++)
            Measure(directory, round);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Measure(SyntheticDirectory directory, int round)
    {
        long before = GC.GetTotalMemory(true);
        (RoutingTable table, TimeSpan reading, TimeSpan building) = Loading.Load(directory);
        long heap = GC.GetTotalMemory(true);
        Console.WriteLine($"round {round}: {table.DomainCount:N0} domains, {table.UserCount:N0} users, {table.Problems.Count} problems; managed heap {heap / 1e6:F1} MB ({(double)(heap - before) / table.UserCount:F0} octets a user); "
            + $"processor time a user: reading entries {reading.TotalMicroseconds / table.UserCount:F2} us, building {building.TotalMicroseconds / table.UserCount:F2} us; collections {GC.CollectionCount(0)}, {GC.CollectionCount(1)}, {GC.CollectionCount(2)}");
        GC.KeepAlive(table);
    }
}
