using System.Diagnostics;
using System.Net;
using DirMail.Ldap.Tree;
using DirMail.Mail;
using DirMail.Routing;
using DirMail.Servers.Ldap;
using Microsoft.Extensions.Logging.Abstractions;

namespace DirMail.Benchmarks;

/// <summary>
/// Logins a second through the whole path in one process: Routing.Logins, its bind connections over TCP, the listener, the embedded directory. Cold: each
/// account's first login, with the whole work of its hash (PBKDF2: of 50,000 rounds); warm: the same accounts again and again. Of the quick hash there are a hundred
/// times as many accounts, so that the first logins of all last long enough to be measured.
/// </summary>
internal static class LoginRates
{
    private const int Askers = 32;

    public static async Task RunAsync(int users, TimeSpan duration)
    {
        await RunAsync("{PBKDF2-SHA256}", Password, users, duration);
        await RunAsync("{PBKDF2-SHA512}", i => HostingTree.Pbkdf2(Password(i)), users, duration);
        await RunAsync("{SSHA}", i => HostingTree.Ssha(Password(i)), users * 100, duration);
    }

    private static async Task RunAsync(string name, Func<int, string> stored, int users, TimeSpan duration)
    {
        await using DirectoryTree tree = await TreeAsync(users, stored);
        await using var listener = new LdapListener(tree, new(), null, NullLogger.Instance);
        IPEndPoint endpoint = await listener.AddAsync(new(IPAddress.Loopback, 0), CancellationToken.None);
        var settings = new DirectorySettings { Urls = [$"ldap://{endpoint}"], BindPassword = HostingTree.Initial.ServerPassword };
        var live = new LiveTable(settings, TimeProvider.System);
        await using DirectoryFollower follower = DirectoryFollower.Start(settings, live, TimeProvider.System, NullLogger.Instance);
        await follower.Loaded;
        await using var logins = new Logins(live, settings, TimeProvider.System, NullLogger.Instance);
        await MeasureAsync($"{name} cold", logins, users, count => count < users);
        long end = Stopwatch.GetTimestamp() + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        await MeasureAsync($"{name} warm", logins, users, _ => Stopwatch.GetTimestamp() < end);
    }

    private static async Task<DirectoryTree> TreeAsync(int users, Func<int, string> stored)
    {
        DirectoryTree tree = DirectoryTree.InMemory(TimeProvider.System);
        foreach (string ldif in new[] { InitialLdif, HostingTree.Node + HostingTree.People(users, stored) })
            if (await tree.LoadAsync(new StringReader(ldif), "people", CancellationToken.None) is LoadOutcome.Refused refused)
                throw new InvalidOperationException(refused.ToString());
        return tree;
    }

    private static string InitialLdif => $"""
        dn: o=hosting
        objectClass: organization
        o: hosting

        dn: ou=Services,o=hosting
        objectClass: organizationalUnit
        ou: Services

        dn: {HostingTree.Initial.Server.Text}
        objectClass: account
        objectClass: simpleSecurityObject
        uid: dirmail
        userPassword: {HostingTree.Initial.ServerPassword}

        """;

    private static async Task MeasureAsync(string what, Logins logins, int users, Func<int, bool> goesOn)
    {
        int next = 0;
        long start = Stopwatch.GetTimestamp();
        TimeSpan processor = Process.GetCurrentProcess().TotalProcessorTime;
        double[][] times = await Task.WhenAll(Enumerable.Range(0, Askers).Select(_ => Task.Run(async () =>
        {
            var own = new List<double>();
            for (int number = Interlocked.Increment(ref next) - 1; goesOn(number); number = Interlocked.Increment(ref next) - 1)
            {
                long began = Stopwatch.GetTimestamp();
                var attempt = new LoginAttempt($"{HostingTree.Uid(number % users)}@{HostingTree.Domain}", Password(number % users), MailService.Imap, true, IPAddress.Loopback, IPAddress.Loopback);
                if (await logins.CheckAsync(attempt, CancellationToken.None) is LoginResult.Refused refused)
                    throw new InvalidOperationException(refused.LogReason);
                own.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            }
            return own.ToArray();
        })));
        TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
        double cores = (Process.GetCurrentProcess().TotalProcessorTime - processor) / elapsed;
        double[] sorted = [.. times.SelectMany(t => t).Order()];
        Console.WriteLine($"{what,-22} {sorted.Length,7} logins, {sorted.Length / elapsed.TotalSeconds,7:F0} a second, median {sorted[sorted.Length / 2],6:F2} ms, 99 % within {sorted[sorted.Length * 99 / 100],6:F2} ms, {cores:F2} cores");
    }

    private static string Password(int number) => $"password of {HostingTree.Uid(number)}";
}
