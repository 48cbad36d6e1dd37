using DirMail.Ldap;
using DirMail.Ldap.Client;
using DirMail.Ldap.Codec;
using DirMail.Unit.Transfer;
using Microsoft.Extensions.Logging.Abstractions;

namespace DirMail.Unit.Ldap;

public class LdapClientTests
{
    private static readonly LdapSearch Everything = new(Dn.Parse("dc=x"), LdapScope.Subtree, LdapFilter.Everything);
    private static readonly Dn Name = Dn.Parse("cn=a,dc=x");

    [Fact]
    public async Task Binds_with_name_and_password()
    {
        await using var directory = new FakeDirectory();
        await using LdapClient client = await ConnectAsync(directory);
        Task<LdapResult> bind = client.BindAsync("cn=a,dc=x", "sécret", default);
        LdapMessage asked = await directory.HearAsync();
        var request = Assert.IsType<LdapOperation.BindRequest>(asked.Operation);
        Assert.Equal((3, "cn=a,dc=x"), (request.Version, request.Name));
        Assert.Equal("sécret"u8.ToArray(), Assert.IsType<LdapCredentials.Simple>(request.Credentials).Password);
        await directory.SayAsync(asked.Id, new LdapOperation.BindResponse(new(LdapResultCode.InvalidCredentials, "", "no")));
        Assert.Equal(LdapResultCode.InvalidCredentials, (await bind).Code);
    }

    [Fact]
    public async Task Refuses_an_empty_password_without_asking()
    {
        await using var directory = new FakeDirectory();
        await using (LdapClient client = await ConnectAsync(directory))
            Assert.Equal(LdapResultCode.InvalidCredentials, (await client.BindAsync("cn=a,dc=x", "", default)).Code);
        await directory.HearAsync<LdapOperation.UnbindRequest>();
    }

    [Fact]
    public async Task Answers_in_any_order_find_their_requests()
    {
        await using var directory = new FakeDirectory();
        await using LdapClient client = await ConnectAsync(directory);
        Task<LdapResult> add = client.AddAsync(Name, [new("cn", "a")], default), delete = client.DeleteAsync(Name, default);
        Task<LdapResult> modify = client.ModifyAsync(Name, [new(LdapChangeKind.Replace, new("cn", "b"))], default);
        Task<LdapResult> rename = client.ModifyDnAsync(Name, "cn=b", true, Dn.Parse("dc=y"), default), compare = client.CompareAsync(Name, "cn", [1], default);
        var asked = new List<LdapMessage>();
        while (asked.Count < 5)
            asked.Add(await directory.HearAsync());
        foreach (LdapMessage message in Enumerable.Reverse(asked))
            await directory.SayAsync(message.Id, AnswerTo(message.Operation));
        Assert.Equal(["add", "delete", "modify", "rename", "compare"], (await Task.WhenAll(add, delete, modify, rename, compare)).Select(r => r.Message));
    }

    [Fact]
    public async Task A_bind_waits_for_the_others_and_holds_up_the_next()
    {
        await using var directory = new FakeDirectory();
        await using LdapClient client = await ConnectAsync(directory);
        Task<LdapResult> before = client.DeleteAsync(Name, default);
        Task<LdapResult> bind = client.BindAsync("cn=a", "b", default);
        Task<LdapResult> after = client.DeleteAsync(Name, default);
        await directory.SayAsync((await directory.HearAsync<LdapOperation.DeleteRequest>()).Id, new LdapOperation.DeleteResponse(LdapResult.Success));
        LdapMessage asked = await directory.HearAsync<LdapOperation.BindRequest>();
        Assert.True((await before).IsSuccess);
        await directory.SayAsync(asked.Id, new LdapOperation.BindResponse(LdapResult.Success));
        await directory.SayAsync((await directory.HearAsync<LdapOperation.DeleteRequest>()).Id, new LdapOperation.DeleteResponse(LdapResult.Success));
        Assert.True((await bind).IsSuccess && (await after).IsSuccess);
    }

    [Fact]
    public async Task A_search_streams_entries_references_and_the_result()
    {
        await using var directory = new FakeDirectory();
        await using LdapClient client = await ConnectAsync(directory);
        Task<List<LdapSearchItem>> items = AllAsync(client, Everything);
        int id = (await directory.HearAsync<LdapOperation.SearchRequest>()).Id;
        await directory.SayAsync(id, new LdapOperation.SearchResultEntry("cn=a,dc=x", [new("cn", "a")]));
        await directory.SayAsync(id, new LdapOperation.SearchResultEntry("no name", []));
        await directory.SayAsync(id, new LdapOperation.IntermediateResponse("1.2.3", null));
        await directory.SayAsync(id, new LdapOperation.SearchResultReference(["ldap://other/"]));
        await directory.SayAsync(id, new LdapOperation.SearchResultDone(new(LdapResultCode.SizeLimitExceeded)));
        List<LdapSearchItem> all = await items;
        Assert.Equal(["Found", "Reference", "Done"], all.Select(i => i.GetType().Name));
        Assert.Equal("a", Assert.IsType<LdapSearchItem.Found>(all[0]).Entry.First("CN"));
    }

    [Fact]
    public async Task A_search_asks_for_page_after_page()
    {
        await using var directory = new FakeDirectory();
        await using LdapClient client = await ConnectAsync(directory);
        Task<List<LdapSearchItem>> items = AllAsync(client, Everything with { PageSize = 1 });
        for (byte page = 0; page < 3; page++)
        {
            LdapMessage asked = await directory.HearAsync<LdapOperation.SearchRequest>();
            Assert.Equal(page == 0 ? [] : [page], PagedResults.Read(asked.Control(PagedResults.Oid)!)!.Cookie);
            await directory.SayAsync(asked.Id, new LdapOperation.SearchResultEntry($"cn={page},dc=x", []));
            await directory.SayAsync(asked.Id, new LdapOperation.SearchResultDone(LdapResult.Success), new PagedResults(0, page == 2 ? [] : [(byte)(page + 1)]).ToControl());
        }
        Assert.Equal(["Found", "Found", "Found", "Done"], (await items).Select(i => i.GetType().Name));
    }

    [Fact]
    public async Task Sync_information_comes_as_items()
    {
        await using var directory = new FakeDirectory();
        await using LdapClient client = await ConnectAsync(directory);
        Task<List<LdapSearchItem>> items = AllAsync(client, Everything with { Sync = new(true, [1]) });
        LdapMessage asked = await directory.HearAsync<LdapOperation.SearchRequest>();
        SyncRequest request = SyncControls.ReadRequest(asked.Control(SyncControls.RequestOid)!)!;
        Assert.Equal((true, 1), (request.Persist, request.Cookie!.Length));
        Guid uuid = Guid.NewGuid();
        await directory.SayAsync(asked.Id, new LdapOperation.SearchResultEntry("cn=a,dc=x", []), SyncControls.State(new(SyncState.Add, uuid, [2])));
        await directory.SayAsync(asked.Id, SyncControls.Info(new LdapSearchItem.RefreshPhase(true, [3], true)));
        await directory.SayAsync(asked.Id, SyncControls.Info(new LdapSearchItem.IdSet(true, [uuid], null)));
        await directory.SayAsync(asked.Id, SyncControls.Info(new LdapSearchItem.NewCookie([4])));
        await directory.SayAsync(asked.Id, new LdapOperation.SearchResultDone(new(LdapResultCode.SyncRefreshRequired)), SyncControls.Done(new([5], true)));
        LdapSearchItem[] all = [.. await items];
        var found = Assert.IsType<LdapSearchItem.Found>(all[0]);
        Assert.Equal((SyncState.Add, uuid, (byte)2), (found.State!.Value, found.EntryUuid, found.Cookie![0]));
        Assert.True(Assert.IsType<LdapSearchItem.RefreshPhase>(all[1]).RefreshDone);
        Assert.Equal(uuid, Assert.Single(Assert.IsType<LdapSearchItem.IdSet>(all[2]).EntryUuids));
        Assert.Equal([4], Assert.IsType<LdapSearchItem.NewCookie>(all[3]).Cookie);
        var done = Assert.IsType<LdapSearchItem.Done>(all[4]);
        Assert.Equal((LdapResultCode.SyncRefreshRequired, (byte)5, true), (done.Result.Code, done.Cookie![0], done.RefreshDeletes));
    }

    [Fact]
    public async Task Leaving_a_search_early_abandons_it_and_the_connection_goes_on()
    {
        await using var directory = new FakeDirectory();
        await using LdapClient client = await ConnectAsync(directory);
        Task<LdapMessage> asked = directory.HearAsync<LdapOperation.SearchRequest>();
        Task flood = asked.ContinueWith(async a =>
        {
            byte[] entry = LdapCodec.Write(new LdapMessage((await a).Id, new LdapOperation.SearchResultEntry("cn=a,dc=x", [])));
            for (int i = 0; i < 5000; i++)
                await directory.SayAsync(entry);
        }, TaskScheduler.Default).Unwrap();
        await foreach (LdapSearchItem _ in client.SearchAsync(Everything, default))
            break;
        var abandon = Assert.IsType<LdapOperation.AbandonRequest>((await directory.HearAsync()).Operation);
        Assert.Equal((await asked).Id, abandon.AbandonedId);
        await flood;
        Task<string?> who = client.WhoAmIAsync(default);
        await directory.SayAsync((await directory.HearAsync<LdapOperation.ExtendedRequest>()).Id, new LdapOperation.ExtendedResponse(LdapResult.Success, null, "dn:cn=a"u8.ToArray()));
        Assert.Equal("dn:cn=a", await who);
    }

    [Fact]
    public async Task A_cancelled_operation_is_abandoned()
    {
        await using var directory = new FakeDirectory();
        await using LdapClient client = await ConnectAsync(directory);
        using var cancel = new CancellationTokenSource();
        Task<LdapResult> delete = client.DeleteAsync(Name, cancel.Token);
        int id = (await directory.HearAsync<LdapOperation.DeleteRequest>()).Id;
        cancel.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => delete);
        Assert.Equal(id, Assert.IsType<LdapOperation.AbandonRequest>((await directory.HearAsync()).Operation).AbandonedId);
        Assert.False(client.Ended.IsCompleted);
    }

    [Fact]
    public async Task A_cancelled_bind_ends_the_connection()
    {
        await using var directory = new FakeDirectory();
        await using LdapClient client = await ConnectAsync(directory);
        using var cancel = new CancellationTokenSource();
        Task<LdapResult> bind = client.BindAsync("cn=a", "b", cancel.Token);
        await directory.HearAsync<LdapOperation.BindRequest>();
        cancel.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => bind);
        Assert.Contains("bind", await client.Ended.WaitAsync(TimeSpan.FromSeconds(20)));
    }

    [Theory]
    [InlineData("hang up", "closed the connection")]
    [InlineData("garbage", "does not speak LDAP")]
    [InlineData("too large", "allowed")]
    [InlineData("notice", "Unavailable going down")]
    public async Task When_the_connection_ends_all_fail_with_the_reason(string how, string reason)
    {
        await using var directory = new FakeDirectory();
        await using LdapClient client = await ConnectAsync(directory);
        Task<LdapResult> delete = client.DeleteAsync(Name, default);
        Task<List<LdapSearchItem>> search = AllAsync(client, Everything);
        await directory.HearAsync();
        await directory.HearAsync();
        await (how switch
        {
            "hang up" => directory.HangUpAsync(),
            "garbage" => directory.SayAsync("HTTP/1.1 400 Bad Request\r\n"u8.ToArray()),
            "too large" => directory.SayAsync([0x30, 0x84, 0x7f, 0, 0, 0]),
            _ => directory.SayAsync(0, new LdapOperation.ExtendedResponse(new(LdapResultCode.Unavailable, "", "going down"), LdapOids.NoticeOfDisconnection)),
        });
        Assert.Contains(reason, await client.Ended.WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.Contains(reason, (await Assert.ThrowsAsync<LdapException>(() => delete)).Message);
        Assert.Contains(reason, (await Assert.ThrowsAsync<LdapException>(() => search)).Message);
        await Assert.ThrowsAsync<LdapException>(() => client.DeleteAsync(Name, default));
    }

    /// <summary>RFC 4511 4.4: a client that does not know an unsolicited notification goes on as if it had not come.</summary>
    [Theory]
    [InlineData("an extended response of another name", "1.3.6.1.4.1.4203.666.1")]
    [InlineData("an extended response without a name", "ExtendedResponse")]
    [InlineData("no extended response", "IntermediateResponse")]
    public async Task A_notification_that_is_no_notice_of_disconnection_is_told_and_changes_nothing(string what, string told)
    {
        await using var directory = new FakeDirectory();
        var logs = new Logs();
        await using LdapClient client = await LdapClient.ConnectAsync(directory.Server, logs, default);
        Task<LdapResult> delete = client.DeleteAsync(Name, default);
        Task<List<LdapSearchItem>> search = AllAsync(client, Everything);
        int deleting = (await directory.HearAsync<LdapOperation.DeleteRequest>()).Id, searching = (await directory.HearAsync<LdapOperation.SearchRequest>()).Id;
        await directory.SayAsync(0, what switch
        {
            "no extended response" => new LdapOperation.IntermediateResponse(null, null),
            "an extended response without a name" => new LdapOperation.ExtendedResponse(new(LdapResultCode.Other, "", "going down, perhaps"), null),
            _ => new LdapOperation.ExtendedResponse(new(LdapResultCode.Unavailable, "", "going down"), told),
        });
        await directory.SayAsync(deleting, new LdapOperation.DeleteResponse(new(LdapResultCode.Success)));
        await directory.SayAsync(searching, new LdapOperation.SearchResultDone(new(LdapResultCode.Success)));
        Assert.True((await delete).IsSuccess);
        Assert.IsType<LdapSearchItem.Done>(Assert.Single(await search));
        Assert.Single(Told(logs), line => line.EndsWith($"said unasked: {told}", StringComparison.Ordinal));
        // and the connection is used again
        Task<LdapResult> bind = client.BindAsync("cn=a,dc=x", "secret", default);
        await directory.AnswerBindAsync();
        Assert.True((await bind).IsSuccess);
        Assert.False(client.Ended.IsCompleted);
    }

    private static List<string> Told(Logs logs)
    {
        List<string> lines = [];
        while (logs.Lines.TryRead(out string? line))
            lines.Add(line);
        return lines;
    }

    [Fact]
    public async Task Closing_fails_what_is_under_way()
    {
        await using var directory = new FakeDirectory();
        LdapClient client = await ConnectAsync(directory);
        Task<LdapResult> delete = client.DeleteAsync(Name, default);
        await directory.HearAsync<LdapOperation.DeleteRequest>();
        await client.DisposeAsync();
        await directory.HearAsync<LdapOperation.UnbindRequest>();
        await Assert.ThrowsAsync<LdapException>(() => delete);
        Assert.Contains("closed", await client.Ended);
    }

    [Fact]
    public async Task Operations_are_counted_by_their_outcome()
    {
        var seen = new System.Collections.Concurrent.ConcurrentBag<string>();
        using var listener = new System.Diagnostics.Metrics.MeterListener();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Name == "dirmail.ldap.operations")
                l.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<double>((_, _, tags, _) => seen.Add(string.Join(' ', tags.ToArray().Select(t => t.Value))));
        listener.Start();
        await using var directory = new FakeDirectory();
        await using LdapClient client = await ConnectAsync(directory);
        Task<LdapResult> rename = client.ModifyDnAsync(Name, "cn=b", true, null, default);
        await directory.SayAsync((await directory.HearAsync()).Id, new LdapOperation.ModifyDnResponse(new(LdapResultCode.Busy)));
        await rename;
        Assert.Contains("modifydn refused", seen);
    }

    [Fact]
    public async Task Nobody_listening_is_an_error_of_its_own_kind()
    {
        var directory = new FakeDirectory();
        await directory.DisposeAsync();
        await Assert.ThrowsAsync<LdapException>(() => LdapClient.ConnectAsync(directory.Server, NullLogger.Instance, default));
    }

    [Fact]
    public async Task A_server_that_says_nothing_to_tls_is_left_in_time()
    {
        await using var directory = new FakeDirectory();
        LdapServer server = directory.Server with { Tls = LdapTls.StartTls, ConnectTimeout = TimeSpan.FromMilliseconds(200) };
        Assert.Contains("within", (await Assert.ThrowsAsync<LdapException>(() => LdapClient.ConnectAsync(server, NullLogger.Instance, default))).Message);
    }

    [Theory]
    [InlineData("ldap://dir.example.org", "dir.example.org", 389, LdapTls.None)]
    [InlineData("ldap://127.0.0.1:2389/", "127.0.0.1", 2389, LdapTls.None)]
    [InlineData("LDAPS://dir.example.org", "dir.example.org", 636, LdapTls.Ldaps)]
    [InlineData("ldaps://[::1]:1636", "::1", 1636, LdapTls.Ldaps)]
    public void Reads_a_server_url(string url, string host, int port, LdapTls tls)
    {
        Assert.True(LdapServer.TryParse(url, out LdapServer? server));
        Assert.Equal(new LdapServer(host, port, tls), server);
    }

    [Theory]
    [InlineData("")]
    [InlineData("dir.example.org")]
    [InlineData("http://dir.example.org")]
    [InlineData("ldap://")]
    [InlineData("ldap:///dc=x")]
    [InlineData("ldap://dir.example.org/dc=x")]
    [InlineData("ldap://u:p@dir.example.org")]
    public void Refuses_other_urls(string url) => Assert.False(LdapServer.TryParse(url, out _));

    private static Task<LdapClient> ConnectAsync(FakeDirectory directory) => LdapClient.ConnectAsync(directory.Server, NullLogger.Instance, default);

    private static async Task<List<LdapSearchItem>> AllAsync(LdapClient client, LdapSearch search)
    {
        var items = new List<LdapSearchItem>();
        await foreach (LdapSearchItem item in client.SearchAsync(search, default))
            items.Add(item);
        return items;
    }

    private static LdapOperation AnswerTo(LdapOperation request) => request switch
    {
        LdapOperation.AddRequest => new LdapOperation.AddResponse(new(LdapResultCode.Success, "", "add")),
        LdapOperation.DeleteRequest => new LdapOperation.DeleteResponse(new(LdapResultCode.Success, "", "delete")),
        LdapOperation.ModifyRequest => new LdapOperation.ModifyResponse(new(LdapResultCode.Success, "", "modify")),
        LdapOperation.ModifyDnRequest => new LdapOperation.ModifyDnResponse(new(LdapResultCode.Success, "", "rename")),
        _ => new LdapOperation.CompareResponse(new(LdapResultCode.CompareTrue, "", "compare")),
    };
}
