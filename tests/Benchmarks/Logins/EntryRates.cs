using System.Diagnostics;
using System.Net;
using DirMail.Ldap;
using DirMail.Ldap.Client;
using DirMail.Ldap.Tree;
using DirMail.Servers.Ldap;
using Microsoft.Extensions.Logging.Abstractions;

namespace DirMail.Benchmarks;

/// <summary>Loading, adding over LDAP, opening from disk and finding by equality, in a directory of many entries.</summary>
internal static class EntryRates
{
    public static async Task RunAsync(int entries)
    {
        string folder = Directory.CreateTempSubdirectory("dirmail-entries-").FullName;
        try
        {
            await LoadAsync(folder, entries);
            await OpenAsync(folder, "opened (journal)");
            await using (EmbeddedDirectory directory = await OpenAsync(folder, "opened again"))
            {
                await AddAsync(directory, entries);
                await FindAsync(directory, entries);
            }
            await OpenAsync(folder, "opened with what was added");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task LoadAsync(string folder, int entries)
    {
        await using EmbeddedDirectory directory = await EmbeddedDirectory.OpenAsync(folder, TimeProvider.System, NullLogger.Instance, CancellationToken.None);
        await directory.InitialiseAsync(HostingTree.Initial, CancellationToken.None);
        string password = HostingTree.Ssha("secret");
        string ldif = HostingTree.Node + HostingTree.People(entries, _ => password);
        var start = new Beginning();
        if (await directory.Tree.LoadAsync(new StringReader(ldif), "people", CancellationToken.None) is LoadOutcome.Refused refused)
            throw new InvalidOperationException(refused.ToString());
        Report("loaded from LDIF as one write", entries, start);
    }

    private static async Task<EmbeddedDirectory> OpenAsync(string folder, string what)
    {
        var start = new Beginning();
        EmbeddedDirectory directory = await EmbeddedDirectory.OpenAsync(folder, TimeProvider.System, NullLogger.Instance, CancellationToken.None);
        Report(what, directory.Tree.Count, start);
        if (what != "opened again")
            await directory.DisposeAsync();
        return directory;
    }

    private static async Task AddAsync(EmbeddedDirectory directory, int entries)
    {
        await using var listener = new LdapListener(directory.Tree, new(), null, NullLogger.Instance);
        IPEndPoint endpoint = await listener.AddAsync(new(IPAddress.Loopback, 0), CancellationToken.None);
        string password = HostingTree.Ssha("secret");
        foreach ((string way, int clients, int pipelined) in new[] { ("one after the other", 1, 1), ("32 pipelined", 1, 32), ("4 clients, 32 pipelined", 4, 32) })
        {
            var start = new Beginning();
            int each = Math.Min(entries, pipelined == 1 ? 1000 : entries) / clients;
            await Task.WhenAll(Enumerable.Range(0, clients).Select(client => AddAsync(endpoint, $"{way[0]}{pipelined}c{client}n", each, pipelined, password)));
            Report($"added over LDAP, {way}", each * clients, start);
        }
    }

    private static async Task AddAsync(IPEndPoint endpoint, string prefix, int count, int pipelined, string password)
    {
        await using LdapClient client = await LdapClient.ConnectAsync(new LdapServer("127.0.0.1", endpoint.Port), NullLogger.Instance, CancellationToken.None);
        await client.BindAsync(HostingTree.Initial.Administrator.Text, HostingTree.Initial.AdministratorPassword, CancellationToken.None);
        using var turn = new SemaphoreSlim(pipelined);
        var adds = new List<Task>(count);
        for (int i = 0; i < count; i++)
        {
            await turn.WaitAsync();
            adds.Add(AddOneAsync(client, prefix + HostingTree.Uid(i), password, turn));
        }
        await Task.WhenAll(adds);
    }

    private static async Task AddOneAsync(LdapClient client, string uid, string password, SemaphoreSlim turn)
    {
        LdapResult result = await client.AddAsync(HostingTree.PersonName(uid), [.. HostingTree.Person(uid, password)], CancellationToken.None);
        turn.Release();
        if (!result.IsSuccess)
            throw new InvalidOperationException(result.ToString());
    }

    private static async Task FindAsync(EmbeddedDirectory directory, int entries)
    {
        await using var listener = new LdapListener(directory.Tree, new(), null, NullLogger.Instance);
        IPEndPoint endpoint = await listener.AddAsync(new(IPAddress.Loopback, 0), CancellationToken.None);
        await using LdapClient client = await LdapClient.ConnectAsync(new LdapServer("127.0.0.1", endpoint.Port), NullLogger.Instance, CancellationToken.None);
        await client.BindAsync(HostingTree.Initial.Server.Text, HostingTree.Initial.ServerPassword, CancellationToken.None);
        var start = new Beginning();
        int searches = 0;
        while (Stopwatch.GetElapsedTime(start.Time) < TimeSpan.FromSeconds(2))
        {
            var search = new LdapSearch(Dn.Parse("o=hosting"), LdapScope.Subtree, LdapFilter.Is("mail", $"{HostingTree.Uid(searches++ * 7919 % entries)}@{HostingTree.Domain}"));
            int found = 0;
            await foreach (LdapSearchItem item in client.SearchAsync(search, CancellationToken.None))
                found += item is LdapSearchItem.Found ? 1 : 0;
            if (found != 1)
                throw new InvalidOperationException($"{found} found");
        }
        Report("found by (mail=...), one after the other", searches, start);
    }

    /// <summary>Beside the rate the processor time of the process, which a busy machine does not change.</summary>
    private static void Report(string what, int count, Beginning begun)
    {
        TimeSpan elapsed = Stopwatch.GetElapsedTime(begun.Time);
        TimeSpan processor = Process.GetCurrentProcess().TotalProcessorTime - begun.Processor;
        Console.WriteLine($"{what,-45} {count,8} in {elapsed.TotalSeconds,6:F2} s = {count / elapsed.TotalSeconds,9:F0} a second, processor time {processor.TotalSeconds,6:F2} s");
    }

    private sealed record Beginning
    {
        public long Time { get; } = Stopwatch.GetTimestamp();
        public TimeSpan Processor { get; } = Process.GetCurrentProcess().TotalProcessorTime;
    }
}
