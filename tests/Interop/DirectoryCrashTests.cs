using System.Collections.Concurrent;
using System.Globalization;
using DirMail.Ldap;
using DirMail.Ldap.Client;
using Xunit;

namespace DirMail.Interop;

/// <summary>The process is killed while several clients write to the embedded directory, through new bases and new journals: what was answered is there after the next start.</summary>
public sealed class DirectoryCrashTests
{
    private const int Writers = 4, Rounds = 3, KillAfter = 300;

    /// <summary>So large that every round goes through several compactions.</summary>
    private static readonly string s_padding = new('x', 30_000);

    [Fact]
    public async Task Every_acknowledged_change_is_there_after_a_kill()
    {
        using var setup = new ServerSetup();
        await using ServerProcess server = await ServerProcess.StartAsync(setup);
        var acknowledged = new ConcurrentDictionary<string, int>();
        for (int round = 0; round < Rounds; round++)
        {
            await KillWhileWritingAsync(server, round, acknowledged);
            await server.StartAsync();
            await using LdapClient client = await ConnectAsync(setup);
            foreach ((string dn, int last) in acknowledged)
                Assert.InRange(await NumberAsync(client, dn), last, last + 1);
        }
        Assert.Equal(0, await server.StopAsync());
    }

    private static async Task KillWhileWritingAsync(ServerProcess server, int round, ConcurrentDictionary<string, int> acknowledged)
    {
        int count = 0;
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task[] writers = [.. Enumerable.Range(0, Writers).Select(writer => WriteAsync(server.Setup, string.Create(CultureInfo.InvariantCulture, $"w{round}-{writer}"), (dn, number) =>
        {
            acknowledged[dn] = number;
            if (Interlocked.Increment(ref count) == KillAfter)
                reached.TrySetResult();
        }))];
        Task first = await Task.WhenAny(reached.Task, Task.WhenAll(writers));
        await server.KillAsync();
        await Task.WhenAll(writers);
        Assert.Same(reached.Task, first);
    }

    /// <summary>Makes an entry and counts in it until the connection breaks.</summary>
    private static async Task WriteAsync(ServerSetup setup, string uid, Action<string, int> acknowledge)
    {
        Dn dn = Dn.Parse($"uid={uid},ou=People,o=bcd.com,o=hosting");
        try
        {
            await using LdapClient client = await ConnectAsync(setup);
            LdapResult added = await client.AddAsync(dn, [new("objectClass", "inetOrgPerson"), new("uid", uid), new("cn", uid), new("sn", "0")], CancellationToken.None);
            Assert.True(added.IsSuccess, added.Message);
            acknowledge(dn.Text, 0);
            for (int number = 1; ; number++)
            {
                LdapChange[] changes = [Replace("sn", number.ToString(CultureInfo.InvariantCulture)), Replace("description", s_padding + number.ToString(CultureInfo.InvariantCulture))];
                LdapResult result = await client.ModifyAsync(dn, changes, CancellationToken.None);
                Assert.True(result.IsSuccess, result.Message);
                acknowledge(dn.Text, number);
            }
        }
        catch (LdapException)
        {
            // killed: the change under way may be there or not
        }
    }

    private static LdapChange Replace(string attribute, string value) => new(LdapChangeKind.Replace, new LdapAttribute(attribute, value));

    private static Task<LdapClient> ConnectAsync(ServerSetup setup) => LocalDirectory.ConnectAsync(new Uri(setup.DirectoryUrl).Port);

    private static async Task<int> NumberAsync(LdapClient client, string dn)
    {
        await foreach (LdapSearchItem item in client.SearchAsync(new LdapSearch(Dn.Parse(dn), LdapScope.Base, LdapFilter.Everything) { Attributes = ["sn"] }, CancellationToken.None))
            if (item is LdapSearchItem.Found found)
                return int.Parse(found.Entry.First("sn")!, CultureInfo.InvariantCulture);
        return -1;
    }
}
