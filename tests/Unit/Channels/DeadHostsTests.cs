using System.Net;
using DirMail.Channels.Smtp;
using DirMail.Mail;
using DirMail.Unit.Wire;
using Microsoft.Extensions.Logging.Abstractions;

namespace DirMail.Unit.Channels;

public sealed class DeadHostsTests
{
    private static readonly OpenResult Dead = new OpenResult.Skipped(new Outcome.Deferred(new(4, 4, 1), "no answer")) { IsDead = true };
    private static readonly OpenResult Busy = new OpenResult.Skipped(new Outcome.Deferred(new(4, 3, 2), "421 busy"));

    private readonly ManualClock _clock = new();
    private readonly DeadHosts _hosts;
    private int _opened;

    public DeadHostsTests() => _hosts = new(_clock, NullLogger.Instance);

    [Fact]
    public async Task After_three_failures_nobody_waits_for_it_until_a_minute_has_passed()
    {
        for (int i = 0; i < 10; i++)
            await OpenAsync(Dead);
        Assert.Equal(3, _opened);
        var skipped = Assert.IsType<OpenResult.Skipped>(await OpenAsync(Dead));
        Assert.Equal("mx.test [192.0.2.1] is not tried again before 00:01:00 UTC: no answer", ((Outcome.Deferred)skipped.Outcome).Reason);
        _clock.Pass(TimeSpan.FromSeconds(61));
        await OpenAsync(Dead);
        await OpenAsync(Dead);
        Assert.Equal(4, _opened);
        _clock.Pass(TimeSpan.FromSeconds(61));
        await OpenAsync(Dead);
        Assert.Equal(4, _opened);
    }

    [Fact]
    public async Task Answering_makes_it_forgotten()
    {
        for (int i = 0; i < 3; i++)
            await OpenAsync(Dead);
        _clock.Pass(TimeSpan.FromSeconds(61));
        Assert.Same(Busy, await OpenAsync(Busy));
        Assert.Equal(0, _hosts.Count);
        await OpenAsync(Busy);
        Assert.Equal(5, _opened);
    }

    [Fact]
    public async Task Another_source_address_has_its_own_luck()
    {
        for (int i = 0; i < 3; i++)
            await OpenAsync(Dead);
        await OpenAsync(Dead, "127.0.70.2");
        Assert.Equal(4, _opened);
    }

    [Fact]
    public async Task No_more_than_ten_thousand_are_kept()
    {
        for (int i = 0; i < 10_500; i++)
            await OpenAsync(Dead, destination: $"10.{i >> 16}.{(i >> 8) & 255}.{i & 255}");
        Assert.InRange(_hosts.Count, 9_000, 10_000);
    }

    private Task<OpenResult> OpenAsync(OpenResult result, string source = "127.0.70.1", string destination = "192.0.2.1")
    {
        var key = new PeerKey(IPAddress.Parse(source), "mail.abc.com", new(IPAddress.Parse(destination), 25), TlsNeed.Opportunistic);
        return _hosts.OpenAsync(key, "mx.test", _ =>
        {
            _opened++;
            return Task.FromResult(result);
        }, CancellationToken.None);
    }
}
