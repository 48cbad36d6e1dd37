using DirMail.Channels.Smtp;
using DirMail.Unit.Store;
using DirMail.Unit.Wire;
using DirMail.Wire;
using Microsoft.Extensions.Logging.Abstractions;

namespace DirMail.Unit.Channels.Sts;

public sealed class StsPoliciesTests
{
    private const string Enforce = "version: STSv1\nmode: enforce\nmx: mx.example.com\nmax_age: 3600\n";

    private readonly FixedDns _dns = new();
    private readonly Source _source = new();
    private readonly ManualClock _clock = new();
    private readonly StsPolicies _policies;

    public StsPoliciesTests()
    {
        _policies = new(_dns, _source, _clock, null, NullLogger.Instance);
        Publish("1");
        _source.Text = Enforce;
    }

    [Fact]
    public async Task A_policy_is_fetched_once_until_its_record_changes()
    {
        Assert.Equal(StsMode.Enforce, (await FindAsync())!.Mode);
        await FindAsync();
        Assert.Equal(1, _source.Fetched);
        Publish("2");
        _source.Text = Enforce.Replace("enforce", "testing", StringComparison.Ordinal);
        Assert.Equal(StsMode.Testing, (await FindAsync())!.Mode);
        Assert.Equal(2, _source.Fetched);
    }

    [Fact]
    public async Task Domains_without_a_record_are_not_asked()
    {
        Assert.Null(await FindAsync(_policies, "other.test"));
        Assert.Equal(0, _source.Fetched);
    }

    [Fact]
    public async Task A_policy_holds_for_its_time_though_record_and_web_server_are_gone()
    {
        await FindAsync();
        _dns.Texts.Clear();
        _source.Text = null;
        _clock.Pass(TimeSpan.FromMinutes(59));
        Assert.NotNull(await FindAsync());
        _clock.Pass(TimeSpan.FromMinutes(2));
        Assert.Null(await FindAsync());
    }

    [Fact]
    public async Task A_changed_policy_that_cannot_be_fetched_leaves_the_one_before_for_all_of_its_time()
    {
        await FindAsync();
        Publish("2");
        _source.Text = null;
        for (int minutes = 0; minutes < 54; minutes += 6)
        {
            Assert.NotNull(await FindAsync());
            _clock.Pass(TimeSpan.FromMinutes(6));
        }
        Assert.InRange(_source.Fetched, 2, 11);
        _clock.Pass(TimeSpan.FromMinutes(10));
        Assert.Null(await FindAsync());
    }

    [Fact]
    public async Task A_failed_fetch_is_not_repeated_for_every_message()
    {
        _source.Text = null;
        Assert.Null(await FindAsync());
        Assert.Null(await FindAsync());
        Assert.Equal(1, _source.Fetched);
        _source.Text = Enforce;
        _clock.Pass(TimeSpan.FromMinutes(6));
        Assert.NotNull(await FindAsync());
    }

    [Fact]
    public async Task Messages_at_the_same_time_share_a_fetch()
    {
        var gate = new TaskCompletionSource();
        _source.Gate = gate.Task;
        Task<StsPolicy?>[] all = [.. Enumerable.Range(0, 20).Select(_ => FindAsync())];
        gate.SetResult();
        foreach (StsPolicy? policy in await Task.WhenAll(all))
            Assert.NotNull(policy);
        Assert.Equal(1, _source.Fetched);
    }

    /// <summary>What was fetched holds for its time, whoever starts this server anew and takes record and web server away.</summary>
    [Fact]
    public async Task A_policy_outlives_the_process_but_not_its_time()
    {
        await using TestStore store = await TestStore.OpenAsync();
        Assert.NotNull(await FindAsync(new(_dns, _source, store.Clock, store.Store.Memory, NullLogger.Instance)));
        _dns.Texts.Clear();
        _source.Text = null;
        await store.ReopenAsync();
        Assert.Equal("mx.example.com", Assert.Single((await FindAsync(new(_dns, _source, store.Clock, store.Store.Memory, NullLogger.Instance)))!.Hosts));
        // with the record that it was fetched for it need not be fetched again
        Publish("1");
        Assert.NotNull(await FindAsync(new(_dns, _source, store.Clock, store.Store.Memory, NullLogger.Instance)));
        Assert.Equal(1, _source.Fetched);
        store.Clock.Advance(TimeSpan.FromMinutes(61));
        Assert.Null(await FindAsync(new(_dns, _source, store.Clock, store.Store.Memory, NullLogger.Instance)));
    }

    /// <summary>Nobody waits for the fetch, and who stops the web server before the end has not stopped it in time.</summary>
    [Fact]
    public async Task A_policy_is_fetched_anew_while_it_holds()
    {
        await using TestStore store = await TestStore.OpenAsync();
        var policies = new StsPolicies(_dns, _source, store.Clock, store.Store.Memory, NullLogger.Instance);
        await FindAsync(policies);
        DateTimeOffset first = store.Clock.GetUtcNow() + TimeSpan.FromHours(1);
        store.Clock.Advance(TimeSpan.FromMinutes(31));
        var gate = new TaskCompletionSource();
        _source.Gate = gate.Task;
        Assert.NotNull(await FindAsync(policies));
        Assert.NotNull(await FindAsync(policies));
        gate.SetResult();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while ((await store.Store.Memory.FindTextAsync("mta-sts", "example.com", limit.Token))!.Expires == first)
            await Task.Yield();
        Assert.Equal(2, _source.Fetched);
        _source.Text = null;
        store.Clock.Advance(TimeSpan.FromMinutes(40));
        Assert.NotNull(await FindAsync(new(_dns, _source, store.Clock, store.Store.Memory, NullLogger.Instance)));
    }

    [Fact]
    public async Task A_policy_that_ends_itself_is_remembered_as_ended()
    {
        await using TestStore store = await TestStore.OpenAsync();
        await FindAsync(new(_dns, _source, store.Clock, store.Store.Memory, NullLogger.Instance));
        Publish("2");
        _source.Text = "version: STSv1\nmode: none\nmax_age: 3600\n";
        Assert.Null(await FindAsync(new(_dns, _source, store.Clock, store.Store.Memory, NullLogger.Instance)));
        _source.Text = null;
        Assert.Null(await FindAsync(new(_dns, _source, store.Clock, store.Store.Memory, NullLogger.Instance)));
    }

    private Task<StsPolicy?> FindAsync() => FindAsync(_policies);

    private static async Task<StsPolicy?> FindAsync(StsPolicies policies, string domain = "example.com") =>
        await policies.FindAsync(domain, await policies.RecordAsync(domain, CancellationToken.None), CancellationToken.None);

    private void Publish(string id) => _dns.Texts["_mta-sts.example.com"] = new(DnsStatus.Ok, [$"v=STSv1; id={id};"]);

    private sealed class Source : IStsSource
    {
        public string? Text { get; set; }
        public Task Gate { get; set; } = Task.CompletedTask;
        public int Fetched { get; private set; }

        public async Task<string?> FetchAsync(string domain, CancellationToken cancellationToken)
        {
            Fetched++;
            await Gate;
            return Text;
        }
    }
}
