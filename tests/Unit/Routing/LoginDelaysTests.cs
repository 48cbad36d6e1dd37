using System.Net;
using DirMail.Routing.Access;
using DirMail.Unit.Transfer;

namespace DirMail.Unit.Routing;

public class LoginDelaysTests
{
    private static readonly IPAddress Client = IPAddress.Parse("192.0.2.7");
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    private readonly SteppedClock _clock = new();
    private readonly LoginDelays _delays;

    public LoginDelaysTests() => _delays = new(Longest, _clock);

    [Theory]
    [InlineData(0, 0)]
    [InlineData(2, 0)]
    [InlineData(3, 500)]
    [InlineData(4, 1000)]
    [InlineData(6, 4000)]
    [InlineData(9, 10_000)]
    [InlineData(500, 10_000)]
    public void It_doubles_up_to_the_setting(int failures, int milliseconds)
    {
        Guess(Client, failures, differentAccounts: true);
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), _delays.Before(Client, "untouched"));
        Assert.Equal(TimeSpan.Zero, _delays.Before(IPAddress.Parse("192.0.2.8"), "untouched"));
    }

    [Fact]
    public void An_account_is_guarded_against_many_clients_but_not_against_one_that_was_let_in()
    {
        _delays.Succeeded(Client, "a");
        for (int i = 0; i < 5; i++)
            _delays.Failed(IPAddress.Parse($"198.51.100.{i}"), "a", $"guess{i}");
        Assert.Equal(TimeSpan.FromSeconds(2), _delays.Before(IPAddress.Parse("203.0.113.1"), "a"));
        Assert.Equal(TimeSpan.Zero, _delays.Before(Client, "a"));
        Assert.Equal(TimeSpan.Zero, _delays.Before(IPAddress.Parse("203.0.113.1"), "b"));
    }

    [Fact]
    public void One_wrong_password_repeated_counts_once()
    {
        for (int i = 0; i < 50; i++)
            _delays.Failed(Client, "a", "the old one");
        Assert.Equal(TimeSpan.Zero, _delays.Before(Client, "a"));
    }

    [Fact]
    public void A_clients_tries_come_one_after_another_and_too_many_are_sent_away()
    {
        Guess(Client, 20, differentAccounts: true);
        Assert.Equal([10, 20, 30, 40, null, null], Enumerable.Range(0, 6).Select(_ => _delays.Before(Client, "x")?.TotalSeconds));
        _clock.Advance(TimeSpan.FromSeconds(25));
        Assert.Equal(TimeSpan.FromSeconds(25), _delays.Before(Client, "x"));
    }

    [Fact]
    public void It_is_forgotten_after_a_while()
    {
        Guess(Client, 20, differentAccounts: false);
        _clock.Advance(TimeSpan.FromMinutes(16));
        Assert.Equal(TimeSpan.Zero, _delays.Before(Client, "a"));
    }

    [Theory]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1", false)]
    [InlineData("::ffff:192.0.2.7", "192.0.2.7", true)]
    public void An_ipv6_client_is_its_64(string guessing, string asking, bool isSame)
    {
        Guess(IPAddress.Parse(guessing), 3, differentAccounts: true);
        Assert.Equal(isSame, _delays.Before(IPAddress.Parse(asking), "x") > TimeSpan.Zero);
    }

    [Fact]
    public void Programs_of_this_machine_are_not_counted_as_a_client()
    {
        Guess(IPAddress.Loopback, 20, differentAccounts: true);
        Assert.Equal(TimeSpan.Zero, _delays.Before(IPAddress.Loopback, "x"));
    }

    [Fact]
    public void Zero_switches_it_off()
    {
        var off = new LoginDelays(TimeSpan.Zero, _clock);
        for (int i = 0; i < 20; i++)
            off.Failed(Client, "a", $"{i}");
        Assert.Equal(TimeSpan.Zero, off.Before(Client, "a"));
    }

    [Fact]
    public void What_was_seen_longest_ago_goes_first()
    {
        var recent = new Recent<int, List<int>>(3);
        for (int i = 0; i < 3; i++)
            recent.Touch(i).Add(i);
        recent.Touch(0);
        recent.Touch(3);
        Assert.Equal([true, false, true, true], Enumerable.Range(0, 4).Select(i => recent.TryGet(i, out _)));
        recent.Remove(0);
        Assert.Equal(2, recent.Count);
    }

    private void Guess(IPAddress client, int times, bool differentAccounts)
    {
        for (int i = 0; i < times; i++)
            _delays.Failed(client, differentAccounts ? $"account{i}" : "a", $"guess{i}");
    }
}
