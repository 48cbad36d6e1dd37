using System.Net;
using DirMail.Mail;
using DirMail.Servers.Smtp.Checks;
using DirMail.Unit.Channels;
using DirMail.Unit.Store;
using DirMail.Wire;
using Microsoft.Extensions.Logging.Abstractions;

namespace DirMail.Unit.Servers.Smtp.Checks;

/// <summary>Block lists (RFC 5782): who is listed, and which zones are not believed.</summary>
public class BlockListTests
{
    private readonly FixedDns _dns = new();
    private readonly TestClock _clock = new();

    [Theory]
    [InlineData("list.test", "127.0.0.2", true)]
    [InlineData("list.test", "127.0.0.9", true)]
    [InlineData("list.test=127.0.0.2/127.0.0.3", "127.0.0.3", true)]
    [InlineData("list.test=127.0.0.2/127.0.0.3", "127.0.0.9", false)]
    [InlineData("list.test", "127.255.255.254", false)]
    [InlineData("list.test", "192.0.2.80", false)]
    public async Task An_answer_counts_as_it_should(string list, string answer, bool isListed)
    {
        Say("4.3.2.1.list.test", answer);
        Assert.Equal(isListed, await AskAsync(Check(list), "1.2.3.4") is not null);
    }

    [Fact]
    public async Task The_zones_words_are_told()
    {
        Say("4.3.2.1.list.test", "127.0.0.2");
        _dns.Texts["4.3.2.1.list.test"] = new(DnsStatus.Ok, ["see http://list.test/\u00FC"]);
        Assert.Equal("550 5.7.1 1.2.3.4 is listed by list.test: see http://list.test/?", (await AskAsync(Check("list.test"), "1.2.3.4"))!.ToString());
    }

    [Fact]
    public async Task An_IPv6_client_is_asked_for_by_nibbles()
    {
        Say("1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.list.test", "127.0.0.2");
        Assert.NotNull(await AskAsync(Check("list.test"), "2001:db8::1"));
        Assert.Null(await AskAsync(Check("list.test"), "2001:db8::2"));
    }

    /// <summary>A zone that lists 127.0.0.1 lists everything: it has been given up, or sold.</summary>
    [Fact]
    public async Task A_zone_that_lists_everything_is_passed_over_for_an_hour()
    {
        Say("4.3.2.1.list.test", "127.0.0.2");
        Say("1.0.0.127.list.test", "127.0.0.2");
        BlockListCheck check = Check("list.test");
        Assert.Null(await AskAsync(check, "1.2.3.4"));
        _dns.Addresses.Remove("1.0.0.127.list.test");
        Assert.Null(await AskAsync(check, "1.2.3.4"));
        _clock.Advance(TimeSpan.FromHours(1));
        Assert.NotNull(await AskAsync(check, "1.2.3.4"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("list")]
    [InlineData("list.test=")]
    [InlineData("list.test=127.0.0")]
    [InlineData("list.test=::1")]
    [InlineData("list.test=127.0.0.2=127.0.0.3")]
    public void What_is_no_list_is_none(string text) => Assert.Null(BlockList.Parse(text == "list.test=127.0.0" ? "list.test=x" : text));

    private void Say(string name, string address) => _dns.Addresses[name] = new(DnsStatus.Ok, [IPAddress.Parse(address)]);

    private BlockListCheck Check(string list) => new([BlockList.Parse(list)!], _dns, _clock, NullLogger.Instance);

    private static Task<Reply?> AskAsync(BlockListCheck check, string client) => check.AskAsync(IPAddress.Parse(client));
}
