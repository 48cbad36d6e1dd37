using System.Net;
using DirMail.Mail;
using DirMail.Servers;
using DirMail.Servers.Smtp;
using DirMail.Unit.Wire;

namespace DirMail.Unit.Servers.Smtp;

public sealed class LimitsTests
{
    private static readonly IPAddress Client = IPAddress.Parse("192.0.2.1");
    private readonly ManualClock _clock = new();

    [Fact]
    public void A_client_may_send_so_many_messages_an_hour()
    {
        var limits = new HourlyLimits(new ServerSettings { MessagesPerClient = 2 }, _clock);
        Assert.Equal([true, true, false], Enumerable.Range(0, 3).Select(_ => limits.TryMessage(Client, null)));
        Assert.True(limits.TryMessage(IPAddress.Parse("192.0.2.2"), null));
        Assert.True(limits.TryMessage(Client, new EntryId(Guid.NewGuid())));
        _clock.Pass(TimeSpan.FromMinutes(59));
        Assert.False(limits.TryMessage(Client, null));
        _clock.Pass(TimeSpan.FromMinutes(1));
        Assert.True(limits.TryMessage(Client, null));
    }

    [Fact]
    public void This_host_and_trusted_networks_are_not_counted_but_their_logins_are()
    {
        var limits = new HourlyLimits(new ServerSettings { MessagesPerClient = 1, MessagesPerLogin = 1, Trusted = [IPNetwork.Parse("198.51.100.0/24")] }, _clock);
        var login = new EntryId(Guid.NewGuid());
        foreach (string client in (string[])["127.0.0.1", "::1", "198.51.100.7"])
            Assert.All(Enumerable.Range(0, 3), _ => Assert.True(limits.TryMessage(IPAddress.Parse(client), null)));
        Assert.Equal([true, false], Enumerable.Range(0, 2).Select(_ => limits.TryMessage(IPAddress.Loopback, login)));
    }

    [Fact]
    public void A_login_is_counted_wherever_it_comes_from_and_a_network_as_one_client()
    {
        var limits = new HourlyLimits(new ServerSettings { RecipientsPerClient = 1, RecipientsPerLogin = 2 }, _clock);
        var login = new EntryId(Guid.NewGuid());
        Assert.Equal([true, true, false], Enumerable.Range(1, 3).Select(n => limits.TryRecipient(IPAddress.Parse($"192.0.2.{n}"), login)));
        Assert.Equal([true, false], Enumerable.Range(1, 2).Select(n => limits.TryRecipient(IPAddress.Parse($"2001:db8::{n}"), null)));
        Assert.True(limits.TryMessage(Client, null));
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(3, 0)]
    [InlineData(4, 250)]
    [InlineData(5, 500)]
    [InlineData(8, 4000)]
    [InlineData(9, 5000)]
    [InlineData(1_000_000, 5000)]
    public void Errors_cost_more_and_more_time(int faults, int milliseconds) => Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), Tarpit.Delay(faults, TimeSpan.FromSeconds(5)));

    [Fact]
    public async Task The_wait_ends_with_the_session()
    {
        var tarpit = new Tarpit(TimeSpan.FromDays(1), _clock);
        for (int i = 0; i < 20; i++)
            tarpit.Count();
        Task wait = tarpit.WaitAsync();
        Assert.False(wait.IsCompleted);
        tarpit.End();
        await wait;
    }
}
