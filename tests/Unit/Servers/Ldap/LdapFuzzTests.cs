using System.Collections.Concurrent;
using System.Net;
using DirMail.Ldap;
using DirMail.Ldap.Client;
using DirMail.Ldap.Codec;
using DirMail.Ldap.Tree;
using DirMail.Servers.Ldap;
using DirMail.Unit.Ldap.Tree;
using Microsoft.Extensions.Logging;

namespace DirMail.Unit.Servers.Ldap;

/// <summary>Garbage and damaged messages at the listener, in every state of a connection: it answers or ends that connection, has no fault of its own, and goes on serving others.</summary>
public sealed class LdapFuzzTests : IAsyncLifetime
{
    private const int Rounds = 150, MessagesARound = 8;
    private const string Requester = "uid=siteadmin,ou=Services,o=hosting";
    private const string RequesterHash = "{SSHA}IFJOWTuiYO+a5bvf0kLQJ4CYII2/5xsC";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly Faults _faults = new();
    private DirectoryTree _tree = null!;
    private LdapListener _listener = null!;
    private IPEndPoint _endpoint = null!;

    public async Task InitializeAsync()
    {
        _tree = await Example.TreeAsync();
        var settings = new LdapListenerSettings { MaxOctetsBeforeBind = 64 * 1024, IdleBeforeBind = TimeSpan.FromMilliseconds(500) };
        _listener = new LdapListener(_tree, settings, null, _faults);
        _endpoint = await _listener.AddAsync(new IPEndPoint(IPAddress.Loopback, 0), CancellationToken.None);
    }

    public async Task DisposeAsync()
    {
        await _listener.DisposeAsync();
        await _tree.DisposeAsync();
    }

    [Theory]
    [InlineData("new", 1)]
    [InlineData("bound", 2)]
    [InlineData("following", 3)]
    public async Task Damaged_messages_harm_nobody(string state, int seed)
    {
        var random = new Random(seed);
        byte[][] samples = [.. Samples().Select((s, i) => LdapCodec.Write(new LdapMessage(i + 10, s.Operation, s.Controls)))];
        for (int round = 0; round < Rounds; round++)
        {
            using RawLdap raw = await InStateAsync(state);
            for (int i = 0; i < MessagesARound && await raw.SendAsync(Damaged(samples[random.Next(samples.Length)], random)); i++)
            {
            }
            await EndsAsync(raw);
        }
        Assert.Empty(_faults.Seen);
        using RawLdap other = await InStateAsync("bound");
        Assert.IsType<LdapOperation.CompareResponse>((await other.AskAsync(new LdapOperation.CompareRequest(Example.Cde, "o", "cde.com"u8.ToArray()))).Operation);
    }

    [Theory]
    [InlineData("new")]
    [InlineData("bound")]
    public async Task Random_octets_harm_nobody(string state)
    {
        var random = new Random(4);
        for (int round = 0; round < Rounds; round++)
        {
            using RawLdap raw = await InStateAsync(state);
            byte[] octets = new byte[random.Next(1, 2000)];
            random.NextBytes(octets);
            if (random.Next(2) == 0)
                octets[0] = 0x30;
            await raw.SendAsync(octets);
            await EndsAsync(raw);
        }
        Assert.Empty(_faults.Seen);
    }

    [Fact]
    public async Task Who_drips_a_message_octet_by_octet_is_let_go()
    {
        using RawLdap raw = await InStateAsync("new");
        byte[] message = [0x30, 0x84, 0, 0, 0x80, 0, .. new byte[20_000]];
        var ended = raw.ReadAsync();
        for (int i = 0; i < message.Length && !ended.IsCompleted && await raw.SendAsync(message[i..(i + 1)]); i++)
            await Task.WhenAny(ended, Task.Delay(20));
        await EndsAsync(raw);
    }

    [Fact]
    public async Task A_message_larger_than_allowed_is_not_waited_for()
    {
        using RawLdap raw = await InStateAsync("new");
        await raw.SendAsync([0x30, 0x84, 0x7f, 0xff, 0xff, 0xff]);
        LdapMessage? notice = await raw.ReadAsync();
        Assert.Equal(LdapOids.NoticeOfDisconnection, ((LdapOperation.ExtendedResponse)notice!.Operation).Oid);
        Assert.Null(await raw.ReadAsync());
    }

    [Fact]
    public async Task A_flood_of_searches_is_answered_busy_and_not_kept()
    {
        using RawLdap raw = await InStateAsync("bound");
        var persistent = new LdapOperation.SearchRequest(Example.Root, LdapScope.Subtree, LdapFilter.Is("uid", "nobody"), ["1.1"]);
        for (int i = 0; i < 200; i++)
            await raw.SendAsync(persistent, SyncControls.Request(new SyncRequest(Persist: true, null)));
        int busy = 0;
        for (int answers = 0; answers < 200; answers++)
            busy += (await raw.ReadAsync())!.Operation is LdapOperation.SearchResultDone { Result.Code: LdapResultCode.Busy } ? 1 : 0;
        Assert.Equal(200 - new LdapListenerSettings().MaxOperations, busy);
        raw.EndSending();
        await EndsAsync(raw);
        Assert.Equal(0, _tree.Log.Listeners);
    }

    private async Task<RawLdap> InStateAsync(string state)
    {
        RawLdap raw = await RawLdap.ConnectAsync(_endpoint);
        if (state != "new")
            await LogInAsync(raw);
        if (state == "following")
            await raw.SendAsync(new LdapOperation.SearchRequest(Example.Root, LdapScope.Subtree, LdapFilter.Everything, []), SyncControls.Request(new SyncRequest(Persist: true, null)));
        return raw;
    }

    /// <summary>Damaged messages may run together into one that gives the requester another password, and take effect after their connection has ended.</summary>
    private async Task LogInAsync(RawLdap raw)
    {
        LdapResultCode code = LdapResultCode.InvalidCredentials;
        for (int tries = 0; tries < 5 && code != LdapResultCode.Success; tries++)
        {
            LdapMessage answer = await raw.AskAsync(new LdapOperation.BindRequest(3, Requester, new LdapCredentials.Simple("siteadmin-secret"u8.ToArray())));
            code = ((LdapOperation.BindResponse)answer.Operation).Result.Code;
            if (code != LdapResultCode.Success)
                Assert.Equal(LdapResultCode.Success, await _tree.ModifyAsync(Example.Site, Requester, Example.Replace("userPassword", RequesterHash)));
        }
        Assert.Equal(LdapResultCode.Success, code);
    }

    /// <summary>After our end of sending the connection ends, whatever was sent before.</summary>
    private static async Task EndsAsync(RawLdap raw)
    {
        raw.EndSending();
        Task<bool> ended = ReadAllAsync(raw);
        Assert.Same(ended, await Task.WhenAny(ended, Task.Delay(s_patience)));
        Assert.True(await ended);
    }

    private static async Task<bool> ReadAllAsync(RawLdap raw)
    {
        while (await raw.ReadAsync() is not null)
        {
        }
        return true;
    }

    private static byte[] Damaged(byte[] whole, Random random)
    {
        byte[] octets = [.. whole];
        for (int times = random.Next(4); times > 0 && octets.Length > 1; times--)
        {
            int at = random.Next(octets.Length);
            octets = random.Next(5) switch
            {
                0 => [.. octets[..at], (byte)random.Next(256), .. octets[(at + 1)..]],
                1 => [.. octets[..at], .. octets[(at + 1)..]],
                2 => [.. octets[..at], (byte)random.Next(256), .. octets[at..]],
                3 => [.. octets[..at], (byte)(octets[at] ^ (1 << random.Next(8))), .. octets[(at + 1)..]],
                _ => octets[..Math.Max(1, at)],
            };
        }
        return octets;
    }

    private static IEnumerable<(LdapOperation Operation, LdapControl[] Controls)> Samples()
    {
        Assert.True(LdapFilter.TryParse("(&(|(uid=al*e)(cn>=b)(!(sn<=c)))(cn:dn:caseExactMatch:=x)(mail~=y)(objectClass=*))", out LdapFilter? filter, out _));
        yield return (new LdapOperation.BindRequest(3, Example.Alice, new LdapCredentials.Simple("wrong"u8.ToArray())), []);
        yield return (new LdapOperation.BindRequest(3, "", new LdapCredentials.Sasl("EXTERNAL", "x"u8.ToArray())), []);
        yield return (new LdapOperation.SearchRequest(Example.Root, LdapScope.Subtree, filter!, ["*", "+", "@person"]) { SizeLimit = 5, TimeLimit = 5 }, [new PagedResults(2, []).ToControl()]);
        yield return (new LdapOperation.SearchRequest(Example.Bcd, LdapScope.OneLevel, LdapFilter.Everything, ["cn"]), [SyncControls.Request(new SyncRequest(true, "tree=x,csn=y"u8.ToArray()))]);
        yield return (new LdapOperation.SearchRequest("", LdapScope.Base, LdapFilter.Everything, ["+"]), []);
        yield return (new LdapOperation.ModifyRequest(Example.Alice, [Example.Replace("cn", "x"), Example.Add("description", "a", "b"), Example.Delete("title")]), [new LdapControl(ReadEntry.AfterOid, false, [0x30, 0])]);
        yield return (new LdapOperation.ModifyRequest(Example.Bob, [new LdapChange(LdapChangeKind.Increment, new LdapAttribute("mailAutoReplyTimeOut", "1"))]), []);
        yield return (new LdapOperation.AddRequest("uid=fuzz,ou=People,o=bcd.com,o=hosting", Example.Person("fuzz")), []);
        yield return (new LdapOperation.DeleteRequest("uid=fuzz,ou=People,o=bcd.com,o=hosting"), [new LdapControl(Assertion.Oid, true, [0x87, 2, (byte)'c', (byte)'n'])]);
        yield return (new LdapOperation.ModifyDnRequest(Example.Bob, "uid=robert", true, "ou=Groups,o=bcd.com,o=hosting"), []);
        yield return (new LdapOperation.CompareRequest(Example.Alice, "uid", "alice"u8.ToArray()), []);
        yield return (new LdapOperation.AbandonRequest(12), []);
        yield return (new PasswordModify(Example.Bob, "old"u8.ToArray(), "{SSHA}jLyqcYo3HX74yj7rmlqgdPZq496tr5//"u8.ToArray()).ToRequest(), []);
        yield return (new LdapOperation.ExtendedRequest(LdapOids.WhoAmI), []);
        yield return (new CancelRequest(12).ToRequest(), []);
    }

    /// <summary>What the listener logs as a fault of its own.</summary>
    private sealed class Faults : ILogger
    {
        public ConcurrentQueue<string> Seen { get; } = new();

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                Seen.Enqueue($"{formatter(state, exception)} {exception}");
        }
    }
}
