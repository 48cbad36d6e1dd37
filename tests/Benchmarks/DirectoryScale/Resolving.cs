using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.NoEmit;
using DirMail.Mail;
using DirMail.Routing;

namespace DirMail.Benchmarks;

/// <summary>
/// One recipient after the other, from all over the table: of as many different ones as a busy server sees again and again, and of so many that neither they nor their part
/// of the table fit into the processor's caches.
/// </summary>
[MemoryDiagnoser]
public class Resolving
{
    private static RoutingTable _table = null!;
    private static SyntheticDirectory _directory = null!;

    private MailAddress[] _users = [], _aliases = [], _misses = [], _catchAlls = [], _inactive = [], _foreign = [];
    private int _next;

    [Params(100_000)]
    public int Recipients { get; set; }

    internal static void Run(SyntheticDirectory directory)
    {
        _directory = directory;
        _table = Loading.Load(directory).Table;
        TellProcessorTime(10_000);
        TellProcessorTime(100_000);
        // in this process: the table is built once, not once a benchmark; every call takes about as long as the others, so a few rounds of a fixed number of them are enough,
        // and no collection of the whole table before each of them
        Job few = Job.Default.WithToolchain(InProcessNoEmitToolchain.Instance).WithInvocationCount(320_000).WithUnrollFactor(16).WithWarmupCount(1).WithIterationCount(5).WithGcForce(false);
        BenchmarkRunner.Run<Resolving>(ManualConfig.Create(DefaultConfig.Instance).AddJob(few));
    }

    /// <summary>The best of twenty rounds, and the middle one, by the thread's own processor time: what a busy machine does not falsify.</summary>
    private static void TellProcessorTime(int recipients)
    {
        var all = new Resolving { Recipients = recipients };
        all.Choose();
        Console.WriteLine($"{recipients:N0} different recipients");
        foreach ((string what, MailAddress[] addresses) in new[] { ("user", all._users), ("alias", all._aliases), ("unknown", all._misses), ("catch-all", all._catchAlls), ("inactive domain", all._inactive), ("not hosted", all._foreign) })
        {
            var rounds = new double[20];
            for (int round = 0; round < rounds.Length; round++)
            {
                TimeSpan start = ThreadClock.Now;
                foreach (MailAddress address in addresses)
                    GC.KeepAlive(_table.Resolve(address));
                rounds[round] = (ThreadClock.Now - start).TotalNanoseconds / addresses.Length;
            }
            Array.Sort(rounds);
            Console.WriteLine($"  {what}: {rounds[0]:F0} ns of processor time, median round {rounds[rounds.Length / 2]:F0}");
        }
    }

    [GlobalSetup]
    public void Choose()
    {
        var random = new Random(1);
        _users = Make(random, (domain, user) => !SyntheticDirectory.IsInactive(domain), (_, user) => SyntheticDirectory.Uid(user));
        _aliases = Make(random, (domain, user) => !SyntheticDirectory.IsInactive(domain) && SyntheticDirectory.HasAlias(user), (_, user) => SyntheticDirectory.Alias(user));
        _misses = Make(random, (domain, _) => !SyntheticDirectory.IsInactive(domain) && !SyntheticDirectory.HasCatchAll(domain), (_, user) => $"nobody{user}");
        _catchAlls = Make(random, (domain, _) => SyntheticDirectory.HasCatchAll(domain), (_, user) => $"nobody{user}");
        _inactive = Make(random, (domain, _) => SyntheticDirectory.IsInactive(domain), (_, user) => SyntheticDirectory.Uid(user));
        _foreign = [.. Enumerable.Range(0, Recipients).Select(i => MailAddress.Parse($"someone@elsewhere{i}.example"))];
    }

    [Benchmark(Baseline = true)]
    public Resolution User() => _table.Resolve(Next(_users));

    [Benchmark]
    public Resolution Alias() => _table.Resolve(Next(_aliases));

    [Benchmark]
    public Resolution Unknown() => _table.Resolve(Next(_misses));

    [Benchmark]
    public Resolution CatchAll() => _table.Resolve(Next(_catchAlls));

    [Benchmark]
    public Resolution InactiveDomain() => _table.Resolve(Next(_inactive));

    [Benchmark]
    public Resolution NotHosted() => _table.Resolve(Next(_foreign));

    private MailAddress Next(MailAddress[] addresses) => addresses[_next = _next + 1 < addresses.Length ? _next + 1 : 0];

    private MailAddress[] Make(Random random, Func<int, int, bool> fits, Func<int, int, string> localPart)
    {
        var addresses = new MailAddress[Recipients];
        for (int i = 0; i < addresses.Length;)
        {
            int domain = random.Next(_directory.Domains), user = random.Next(_directory.UsersIn(domain));
            if (fits(domain, user))
                addresses[i++] = MailAddress.Parse($"{localPart(domain, user)}@{SyntheticDirectory.DomainName(domain)}");
        }
        return addresses;
    }
}
