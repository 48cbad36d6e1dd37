using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using DirMail.Ldap;
using DirMail.Ldap.Client;
using DirMail.Ldap.Codec;
using DirMail.Ldap.Tree;
using DirMail.Servers.Ldap;
using DirMail.Unit.Ldap.Tree;
using Microsoft.Extensions.Logging.Abstractions;

namespace DirMail.Unit.Servers.Ldap;

public sealed class LdapListenerTests : IAsyncLifetime
{
    private readonly CancellationToken _none = CancellationToken.None;
    private DirectoryTree _tree = null!;
    private LdapListener _listener = null!;
    private IPEndPoint _endpoint = null!;

    public async Task InitializeAsync()
    {
        _tree = await Example.TreeAsync();
        _listener = new LdapListener(_tree, new LdapListenerSettings { MaxEntries = 20 }, null, NullLogger.Instance);
        _endpoint = await _listener.AddAsync(new IPEndPoint(IPAddress.Loopback, 0), _none);
    }

    public async Task DisposeAsync()
    {
        await _listener.DisposeAsync();
        await _tree.DisposeAsync();
    }

    [Theory]
    [InlineData("", "", 0)]
    [InlineData("uid=alice,ou=People,o=bcd.com,o=hosting", "alice-bcd-secret", 0)]
    [InlineData("UID=Alice, ou=people,o=BCD.com,o=hosting", "alice-bcd-secret", 0)]
    [InlineData("uid=alice,ou=People,o=bcd.com,o=hosting", "wrong", 49)]
    [InlineData("uid=nobody,o=hosting", "wrong", 49)]
    [InlineData("ou=People,o=bcd.com,o=hosting", "wrong", 49)]
    [InlineData("nonsense", "wrong", 34)]
    public async Task Binds(string name, string password, int expected)
    {
        await using LdapClient client = await ConnectAsync();
        Assert.Equal((LdapResultCode)expected, (await client.BindAsync(name, password, _none)).Code);
        string? who = await client.WhoAmIAsync(_none);
        Assert.Equal(expected == 0 && name.Length > 0, who is { Length: > 3 });
    }

    [Fact]
    public async Task A_push_follows_the_write_at_once()
    {
        await using LdapClient follower = await ConnectAsync("uid=dirmail,ou=Services,o=hosting", "dirmail-secret");
        await using LdapClient admin = await ConnectAsync("uid=siteadmin,ou=Services,o=hosting", "siteadmin-secret");
        var search = new LdapSearch(Dn.Parse(Example.Root), LdapScope.Subtree, LdapFilter.Is("objectClass", "inetDomain")) { Sync = new SyncRequest(Persist: true, null) };
        await using IAsyncEnumerator<LdapSearchItem> items = follower.SearchAsync(search, _none).GetAsyncEnumerator();
        for (int i = 0; i < 4; i++)
            Assert.True(await items.MoveNextAsync());
        Assert.IsType<LdapSearchItem.RefreshPhase>(items.Current);
        ValueTask<bool> pushed = items.MoveNextAsync();
        long start = Stopwatch.GetTimestamp();
        Assert.True((await admin.ModifyAsync(Dn.Parse(Example.Bcd), [Example.Replace("mailDomainStatus", "hold")], _none)).IsSuccess);
        Assert.True(await pushed);
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalMilliseconds, 0, 2000);
        var found = Assert.IsType<LdapSearchItem.Found>(items.Current);
        Assert.Equal("hold", found.Entry.First("mailDomainStatus"));
        Assert.NotNull(found.Cookie);
    }

    [Fact]
    public async Task Searches_others_than_the_mail_server_make_are_limited()
    {
        var search = new LdapSearch(Dn.Parse(Example.Root), LdapScope.Subtree, new LdapFilter.Present("objectClass"));
        await using LdapClient server = await ConnectAsync("uid=dirmail,ou=Services,o=hosting", "dirmail-secret");
        Assert.Equal((34, LdapResultCode.Success), await CountAsync(server, search));
        await using LdapClient admin = await ConnectAsync("uid=siteadmin,ou=Services,o=hosting", "siteadmin-secret");
        Assert.Equal((20, LdapResultCode.SizeLimitExceeded), await CountAsync(admin, search));
    }

    public static TheoryData<byte[]> Garbage => new()
    {
        "GET / HTTP/1.0\r\n\r\n"u8.ToArray(),
        new byte[] { 0x30, 0x84, 0xff, 0xff, 0xff, 0xff },
        new byte[] { 0x30, 0x06, 0x02, 0x01, 0x01, 0x99, 0x01, 0x01 },
        new byte[] { 0x16, 0x03, 0x01, 0x00, 0x05 },
    };

    [Theory]
    [MemberData(nameof(Garbage))]
    public async Task Garbage_gets_a_notice_and_ends_its_connection_only(byte[] octets)
    {
        await using LdapClient other = await ConnectAsync();
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(_endpoint);
        await socket.SendAsync(octets);
        byte[] answer = new byte[4096];
        int received = 0;
        while (await socket.ReceiveAsync(answer.AsMemory(received)) is var got and > 0)
            received += got;
        var buffer = new System.Buffers.ReadOnlySequence<byte>(answer, 0, received);
        Assert.Equal(LdapReadStatus.Message, LdapCodec.Read(ref buffer, answer.Length, out LdapMessage? notice, out _));
        Assert.Equal((0, LdapOids.NoticeOfDisconnection), (notice!.Id, ((LdapOperation.ExtendedResponse)notice.Operation).Oid));
        Assert.Equal("", await other.WhoAmIAsync(_none) ?? "");
    }

    /// <summary>Who has the answer may ask again: no client that waits for answers is told that it asks too much.</summary>
    [Fact]
    public async Task An_operation_is_over_when_its_answer_arrives()
    {
        await using var listener = new LdapListener(_tree, new LdapListenerSettings { MaxOperations = 4 }, null, NullLogger.Instance);
        IPEndPoint endpoint = await listener.AddAsync(new IPEndPoint(IPAddress.Loopback, 0), _none);
        await using LdapClient client = await LdapClient.ConnectAsync(new LdapServer("127.0.0.1", endpoint.Port), NullLogger.Instance, _none);
        Assert.True((await client.BindAsync("uid=siteadmin,ou=Services,o=hosting", "siteadmin-secret", _none)).IsSuccess);
        var search = new LdapSearch(Dn.Parse(Example.Bcd), LdapScope.Base, new LdapFilter.Present("objectClass"));
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            for (int i = 0; i < 500; i++)
                Assert.Equal((1, LdapResultCode.Success), await CountAsync(client, search));
        })));
    }

    [Fact]
    public async Task An_unknown_operation_is_refused_and_the_connection_goes_on()
    {
        await using LdapClient client = await ConnectAsync();
        LdapOperation.ExtendedResponse answer = await client.ExtendedAsync(new LdapOperation.ExtendedRequest("1.2.3.4"), _none);
        Assert.Equal(LdapResultCode.ProtocolError, answer.Result.Code);
        Assert.True((await client.BindAsync("", "", _none)).IsSuccess);
    }

    private async Task<LdapClient> ConnectAsync(string name = "", string password = "")
    {
        LdapClient client = await LdapClient.ConnectAsync(new LdapServer("127.0.0.1", _endpoint.Port), NullLogger.Instance, _none);
        Assert.True(name.Length == 0 || (await client.BindAsync(name, password, _none)).IsSuccess);
        return client;
    }

    private async Task<(int, LdapResultCode)> CountAsync(LdapClient client, LdapSearch search)
    {
        int count = 0;
        await foreach (LdapSearchItem item in client.SearchAsync(search, _none))
        {
            if (item is LdapSearchItem.Done done)
                return (count, done.Result.Code);
            count++;
        }
        throw new InvalidOperationException("no result");
    }
}
