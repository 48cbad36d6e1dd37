using System.Diagnostics;
using DirMail.Routing;
using Microsoft.Extensions.Logging.Abstractions;

namespace DirMail.Benchmarks;

/// <summary>A first load from a real slapd: the time counts from the follower's connect to the table in force.</summary>
internal static class OpenLdap
{
    public static async Task<int> RunAsync(SyntheticDirectory directory, int rounds, bool withAcl)
    {
        await using FilledSlapd slapd = await FilledSlapd.StartAsync(directory, withAcl);
        DirectorySettings settings = Loading.Settings with
        {
            Urls = [slapd.Url],
            BindDn = withAcl ? "uid=dirmail,ou=Services,o=hosting" : "cn=manager,o=hosting",
            BindPassword = withAcl ? "dirmail-secret" : "manager-secret",
        };
        for (int round = 1; round <= rounds; round++)
        {
            var live = new LiveTable(settings, TimeProvider.System);
            TimeSpan processor = Process.GetCurrentProcess().TotalProcessorTime, server = slapd.ProcessorTime, pauses = GC.GetTotalPauseDuration();
            long start = Stopwatch.GetTimestamp();
            await using DirectoryFollower follower = DirectoryFollower.Start(settings, live, TimeProvider.System, NullLogger.Instance);
            await follower.Loaded;
            TimeSpan time = Stopwatch.GetElapsedTime(start);
            Console.WriteLine($"round {round}: {live.Current.DomainCount:N0} domains and {live.Current.UserCount:N0} users in force after {time.TotalSeconds:F2} s "
                + $"(processor: ours {(Process.GetCurrentProcess().TotalProcessorTime - processor).TotalSeconds:F2} s of which {(GC.GetTotalPauseDuration() - pauses).TotalSeconds:F2} s paused to collect, slapd {(slapd.ProcessorTime - server).TotalSeconds:F2} s)");
            if (live.Current.UserCount < directory.Users)
                throw new InvalidOperationException("not all users came");
        }
        return 0;
    }
}
