using DirMail.Ldap;
using DirMail.Ldap.Client;
using DirMail.Ldap.Codec;
using DirMail.Unit.Transfer;
using Microsoft.Extensions.Logging.Abstractions;

namespace DirMail.Unit.Ldap;

/// <summary>Servers that are slow, silent, or say what was not asked.</summary>
public class LdapClientRobustnessTests
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(100);
    private static readonly LdapSearch Everything = new(Dn.Parse("dc=x"), LdapScope.Subtree, LdapFilter.Everything);
    private static readonly Dn Name = Dn.Parse("cn=a,dc=x");

    [Fact]
    public async Task An_operation_without_an_answer_ends_is_abandoned_and_the_connection_goes_on()
    {
        await using var directory = new FakeDirectory();
        await using LdapClient client = await ConnectAsync(directory.Server with { AnswerTimeout = Short });
        Assert.Contains("no answer to DeleteRequest within 0.1 s", (await Assert.ThrowsAsync<LdapException>(() => client.DeleteAsync(Name, default))).Message);
        int id = (await directory.HearAsync<LdapOperation.DeleteRequest>()).Id;
        Assert.Equal(id, Assert.IsType<LdapOperation.AbandonRequest>((await directory.HearAsync()).Operation).AbandonedId);
        Assert.False(client.Ended.IsCompleted);
    }

    [Fact]
    public async Task A_bind_without_an_answer_ends_the_connection()
    {
        await using var directory = new FakeDirectory();
        await using LdapClient client = await ConnectAsync(directory.Server with { AnswerTimeout = Short });
        await Assert.ThrowsAsync<LdapException>(() => client.BindAsync("cn=a", "b", default));
        Assert.Contains("bind", await client.Ended.WaitAsync(TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public async Task A_search_whose_server_falls_silent_ends()
    {
        await using var directory = new FakeDirectory();
        await using LdapClient client = await ConnectAsync(directory.Server with { AnswerTimeout = Short });
        await using IAsyncEnumerator<LdapSearchItem> items = client.SearchAsync(Everything, default).GetAsyncEnumerator();
        ValueTask<bool> first = items.MoveNextAsync();
        await directory.SayAsync((await directory.HearAsync()).Id, new LdapOperation.SearchResultEntry("cn=a,dc=x", []));
        Assert.True(await first);
        Assert.Contains("nothing more", (await Assert.ThrowsAsync<LdapException>(async () => await items.MoveNextAsync())).Message);
    }

    [Fact]
    public async Task A_persistent_search_may_be_silent_once_its_refresh_is_done()
    {
        await using var directory = new FakeDirectory();
        await using LdapClient client = await ConnectAsync(directory.Server with { AnswerTimeout = TimeSpan.FromMilliseconds(10) });
        await using IAsyncEnumerator<LdapSearchItem> items = client.SearchAsync(Everything with { Sync = new(true, null) }, default).GetAsyncEnumerator();
        ValueTask<bool> first = items.MoveNextAsync();
        int id = (await directory.HearAsync()).Id;
        await directory.SayAsync(id, SyncControls.Info(new LdapSearchItem.RefreshPhase(false, null, RefreshDone: true)));
        Assert.True(await first);
        Task<bool> next = items.MoveNextAsync().AsTask();
        // longer than any patience for an answer: ten times the answer time
        Assert.NotSame(next, await Task.WhenAny(next, Task.Delay(200)));
        await directory.SayAsync(id, SyncControls.Info(new LdapSearchItem.NewCookie([1])));
        Assert.True(await next);
    }

    [Fact]
    public async Task A_refresh_that_never_ends_is_given_up()
    {
        await using var directory = new FakeDirectory();
        await using LdapClient client = await ConnectAsync(directory.Server with { AnswerTimeout = TimeSpan.FromMilliseconds(10) });
        await Assert.ThrowsAsync<LdapException>(async () => await AllAsync(client, Everything with { Sync = new(true, null) }));
    }

    [Fact]
    public async Task A_server_that_does_not_read_is_left()
    {
        await using FakeDirectory directory = FakeDirectory.Deaf();
        await using LdapClient client = await ConnectAsync(directory.Server with { AnswerTimeout = Short });
        var large = new LdapAttribute("jpegPhoto", [new byte[12 * 1024 * 1024]]);
        await Assert.ThrowsAsync<LdapException>(() => client.AddAsync(Name, [large], default));
        Assert.Contains("took nothing", await client.Ended.WaitAsync(TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public async Task Answers_to_nothing_asked_change_nothing()
    {
        await using var directory = new FakeDirectory();
        await using LdapClient client = await ConnectAsync(directory.Server);
        Task<LdapResult> delete = client.DeleteAsync(Name, default);
        int id = (await directory.HearAsync<LdapOperation.DeleteRequest>()).Id;
        await directory.SayAsync(id + 1, new LdapOperation.DeleteResponse(new(LdapResultCode.Busy)));
        await directory.SayAsync(0, new LdapOperation.ExtendedResponse(LdapResult.Success, "1.2.3.4"));
        await directory.SayAsync(0, new LdapOperation.SearchResultEntry("cn=a,dc=x", []));
        await directory.SayAsync(id, new LdapOperation.IntermediateResponse("1.2.3.5", [1]));
        await directory.SayAsync(id, new LdapOperation.DeleteResponse(new(LdapResultCode.Success, "", "this one")));
        await directory.SayAsync(id, new LdapOperation.DeleteResponse(new(LdapResultCode.Busy)));
        Assert.Equal("this one", (await delete).Message);
        Assert.False(client.Ended.IsCompleted);
    }

    /// <summary>RFC 4511 4.1.11: in a response criticality says nothing.</summary>
    [Fact]
    public async Task An_unknown_control_of_an_answer_is_ignored_critical_or_not()
    {
        await using var directory = new FakeDirectory();
        await using LdapClient client = await ConnectAsync(directory.Server);
        Task<List<LdapSearchItem>> items = AllAsync(client, Everything with { PageSize = 10 });
        int id = (await directory.HearAsync()).Id;
        var unknown = new LdapControl("1.2.3.6", Critical: true, [1]);
        await directory.SayAsync(id, new LdapOperation.SearchResultEntry("cn=a,dc=x", []), unknown);
        await directory.SayAsync(id, new LdapOperation.SearchResultDone(LdapResult.Success), unknown);
        Assert.Equal(["Found", "Done"], (await items).Select(i => i.GetType().Name));
    }

    [Fact]
    public async Task Critical_controls_of_a_search_are_sent_as_such()
    {
        await using var directory = new FakeDirectory();
        await using LdapClient client = await ConnectAsync(directory.Server);
        Task<List<LdapSearchItem>> items = AllAsync(client, Everything with { Sync = new(true, null), Controls = [new("1.2.3.7", true, null)] });
        LdapMessage asked = await directory.HearAsync<LdapOperation.SearchRequest>();
        Assert.Equal([("1.2.3.7", true), (SyncControls.RequestOid, true)], asked.Controls.Select(c => (c.Oid, c.Critical)));
        await directory.SayAsync(asked.Id, new LdapOperation.SearchResultDone(new(LdapResultCode.UnavailableCriticalExtension)));
        Assert.Equal(LdapResultCode.UnavailableCriticalExtension, Assert.IsType<LdapSearchItem.Done>(Assert.Single(await items)).Result.Code);
    }

    [Theory]
    [InlineData("page")]
    [InlineData("sync state")]
    [InlineData("sync info")]
    [InlineData("sync done")]
    [InlineData("AddResponse")]
    public async Task A_malformed_part_fails_the_search_for_what_it_missed_is_unknown(string what)
    {
        await using var directory = new FakeDirectory();
        await using LdapClient client = await ConnectAsync(directory.Server);
        Task<List<LdapSearchItem>> items = AllAsync(client, Everything with { PageSize = 10 });
        int id = (await directory.HearAsync()).Id;
        await (what switch
        {
            "page" => directory.SayAsync(id, new LdapOperation.SearchResultDone(LdapResult.Success), new LdapControl(PagedResults.Oid, false, [0x30])),
            "sync state" => directory.SayAsync(id, new LdapOperation.SearchResultEntry("cn=a", []), new LdapControl(SyncControls.StateOid, false, [0x30, 0])),
            "sync info" => directory.SayAsync(id, new LdapOperation.IntermediateResponse(SyncControls.InfoOid, [0x80])),
            "sync done" => directory.SayAsync(id, new LdapOperation.SearchResultDone(LdapResult.Success), new LdapControl(SyncControls.DoneOid, false, [1, 2])),
            _ => directory.SayAsync(id, new LdapOperation.AddResponse(LdapResult.Success)),
        });
        Assert.Contains(what, (await Assert.ThrowsAsync<LdapException>(() => items)).Message);
    }

    [Fact]
    public async Task Answers_after_an_abandon_are_dropped()
    {
        await using var directory = new FakeDirectory();
        await using LdapClient client = await ConnectAsync(directory.Server);
        using var cancel = new CancellationTokenSource();
        Task<LdapResult> delete = client.DeleteAsync(Name, cancel.Token);
        int id = (await directory.HearAsync<LdapOperation.DeleteRequest>()).Id;
        cancel.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => delete);
        await directory.HearAsync<LdapOperation.AbandonRequest>();
        await directory.SayAsync(id, new LdapOperation.DeleteResponse(LdapResult.Success));
        Task<LdapResult> next = client.DeleteAsync(Name, default);
        LdapMessage asked = await directory.HearAsync<LdapOperation.DeleteRequest>();
        Assert.NotEqual(id, asked.Id);
        await directory.SayAsync(asked.Id, new LdapOperation.DeleteResponse(new(LdapResultCode.NoSuchObject)));
        Assert.Equal(LdapResultCode.NoSuchObject, (await next).Code);
    }

    [Fact]
    public async Task Referrals_are_results_and_told()
    {
        await using var directory = new FakeDirectory();
        var log = new Logs();
        await using LdapClient client = await LdapClient.ConnectAsync(directory.Server, log, default);
        var referral = new LdapResult(LdapResultCode.Referral) { Referrals = ["ldap://master.example/dc=x"] };
        Task<LdapResult> bind = client.BindAsync("cn=a", "b", default);
        await directory.SayAsync((await directory.HearAsync()).Id, new LdapOperation.BindResponse(referral));
        Assert.Equal(referral.Referrals, (await bind).Referrals);
        Task<LdapResult> modify = client.ModifyAsync(Name, [], default);
        await directory.SayAsync((await directory.HearAsync()).Id, new LdapOperation.ModifyResponse(referral));
        Assert.Equal(LdapResultCode.Referral, (await modify).Code);
        Task<List<LdapSearchItem>> items = AllAsync(client, Everything);
        int id = (await directory.HearAsync()).Id;
        await directory.SayAsync(id, new LdapOperation.SearchResultReference(["ldap://one.example/"]));
        await directory.SayAsync(id, new LdapOperation.SearchResultReference(["ldap://two.example/"]));
        await directory.SayAsync(id, new LdapOperation.SearchResultDone(referral));
        Assert.Equal(3, (await items).Count);
        Assert.Equal(["refers bind to ldap://master", "refers modify to ldap://master", "below 'dc=x' to ldap://one", "refers search to ldap://master"],
            Lines(log).Where(l => l.Contains("refers")).Select(l => l[l.IndexOf(l.Contains("below") ? "below" : "refers", StringComparison.Ordinal)..l.IndexOf(".example", StringComparison.Ordinal)]));
    }

    private static IEnumerable<string> Lines(Logs log)
    {
        while (log.Lines.TryRead(out string? line))
            yield return line;
    }

    private static Task<LdapClient> ConnectAsync(LdapServer server) => LdapClient.ConnectAsync(server, NullLogger.Instance, default);

    private static async Task<List<LdapSearchItem>> AllAsync(LdapClient client, LdapSearch search)
    {
        var items = new List<LdapSearchItem>();
        await foreach (LdapSearchItem item in client.SearchAsync(search, default))
            items.Add(item);
        return items;
    }
}
