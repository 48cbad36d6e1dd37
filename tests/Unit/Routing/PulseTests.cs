using DirMail.Ldap;
using DirMail.Ldap.Client;
using DirMail.Ldap.Codec;
using DirMail.Routing;
using DirMail.Routing.Following;
using DirMail.Unit.Ldap;
using DirMail.Unit.Transfer;
using Microsoft.Extensions.Logging.Abstractions;

namespace DirMail.Unit.Routing;

/// <summary>A server that hangs while its system still acknowledges what is sent to it.</summary>
public class PulseTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly SteppedClock _clock = new();
    private readonly TaskCompletionSource<bool> _next = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string? _silent;

    [Fact]
    public async Task One_that_answers_is_asked_again_and_again_and_kept()
    {
        await using var directory = new FakeDirectory();
        await using LdapClient client = await LdapClient.ConnectAsync(directory.Server, NullLogger.Instance, default);
        Task<bool> next = NextAsync(client);
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(Limit, await _clock.WaitAsync());
            _clock.Advance(Limit);
            LdapMessage asked = await directory.HearAsync<LdapOperation.SearchRequest>();
            Assert.Equal(("", LdapScope.Base), (((LdapOperation.SearchRequest)asked.Operation).Base, ((LdapOperation.SearchRequest)asked.Operation).Scope));
            Assert.Equal(Limit, await _clock.WaitAsync());
            // a refusal is an answer
            await directory.SayAsync(asked.Id, new LdapOperation.SearchResultDone(new(LdapResultCode.InsufficientAccessRights)));
        }
        _next.SetResult(true);
        Assert.True(await next);
        Assert.Null(_silent);
        Assert.False(client.Ended.IsCompleted);
    }

    [Fact]
    public async Task News_counts_as_an_answer()
    {
        await using var directory = new FakeDirectory();
        await using LdapClient client = await LdapClient.ConnectAsync(directory.Server, NullLogger.Instance, default);
        Task<bool> next = NextAsync(client);
        await _clock.WaitAsync();
        _clock.Advance(Limit);
        await directory.HearAsync<LdapOperation.SearchRequest>();
        _next.SetResult(true);
        Assert.True(await next);
        Assert.Null(_silent);
    }

    [Fact]
    public async Task One_that_does_not_is_left_with_a_reason()
    {
        await using var directory = new FakeDirectory();
        await using LdapClient client = await LdapClient.ConnectAsync(directory.Server, NullLogger.Instance, default);
        Task<bool> next = NextAsync(client);
        for (int i = 0; i < 2; i++)
        {
            await _clock.WaitAsync();
            _clock.Advance(Limit);
        }
        Assert.EndsWith("hangs: it neither sent anything nor answered for 20 s", await client.Ended);
        Assert.EndsWith("hangs: it neither sent anything nor answered for 20 s", _silent);
        _next.SetException(new LdapException("ended"));
        await Assert.ThrowsAsync<LdapException>(() => next);
    }

    [Fact]
    public async Task The_follower_goes_on_with_the_next_server()
    {
        await using var first = new FakeDirectory();
        await using ServedDirectory second = await ServedDirectory.StartAsync();
        Task<Following> starting = Following.StartAsync(second.Settings with { Urls = [first.Server.ToString(), second.Settings.Url], SilenceLimit = TimeSpan.FromMilliseconds(200) });
        await first.AnswerBindAsync();
        int root = (await first.HearAsync<LdapOperation.SearchRequest>()).Id;
        await first.SayAsync(root, new LdapOperation.SearchResultEntry("", [new("supportedControl", SyncControls.RequestOid)]));
        await first.SayAsync(root, new LdapOperation.SearchResultDone(LdapResult.Success));
        await first.SayAsync((await first.HearAsync<LdapOperation.SearchRequest>()).Id, new LdapOperation.SearchResultDone(LdapResult.Success));
        int sync = (await first.HearAsync<LdapOperation.SearchRequest>()).Id;
        var names = new AttributeNames();
        await first.SayAsync(sync, new LdapOperation.SearchResultEntry("o=bcd.com,o=hosting", [new("objectClass", names.DomainClass), new("o", "bcd.com"), new(names.DomainNames, "bcd.com")]),
            SyncControls.State(new(SyncState.Add, Guid.NewGuid(), null)));
        await first.SayAsync(sync, SyncControls.Info(new LdapSearchItem.RefreshPhase(false, [1], RefreshDone: true)));
        await using Following following = await starting;

        // and nothing more: it does not even answer what it is asked now
        await following.UntilAsync(table => table.UserCount == 9);
        Assert.Equal(second.Settings.Url, following.Follower.Status.Url);
        Assert.False(first.IsCalledAgain);
    }

    private Task<bool> NextAsync(LdapClient client) => new Pulse(client, Limit, _clock, reason => _silent = reason).NextAsync(new(_next.Task), default).AsTask();
}
