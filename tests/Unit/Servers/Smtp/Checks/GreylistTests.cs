using System.Net;
using DirMail.Servers.Smtp.Checks;
using DirMail.Unit.Store;

namespace DirMail.Unit.Servers.Smtp.Checks;

public sealed class GreylistTests
{
    private static readonly TimeSpan Delay = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task Who_comes_again_passes()
    {
        await using TestStore store = await TestStore.OpenAsync();
        var greylist = new Greylist(store.Store.Memory, Delay, store.Clock);
        Assert.False(await AskAsync(greylist, "192.0.2.1"));
        Assert.False(await AskAsync(greylist, "192.0.2.1"));
        store.Clock.Advance(Delay - TimeSpan.FromSeconds(1));
        Assert.False(await AskAsync(greylist, "192.0.2.1"));
        store.Clock.Advance(TimeSpan.FromSeconds(1));
        // its neighbour comes in its place
        Assert.True(await AskAsync(greylist, "192.0.2.200"));
        Assert.True(await AskAsync(greylist, "192.0.2.1"));
        Assert.False(await AskAsync(greylist, "192.0.3.1"));
        Assert.False(await AskAsync(greylist, "192.0.2.1", "other"));
        store.Clock.Advance(TimeSpan.FromDays(37));
        Assert.False(await AskAsync(greylist, "192.0.2.1"));
    }

    [Fact]
    public async Task Who_comes_after_a_day_is_unknown_again()
    {
        await using TestStore store = await TestStore.OpenAsync();
        var greylist = new Greylist(store.Store.Memory, Delay, store.Clock);
        Assert.False(await AskAsync(greylist, "2001:db8::1"));
        store.Clock.Advance(TimeSpan.FromHours(25));
        Assert.False(await AskAsync(greylist, "2001:db8::1"));
        store.Clock.Advance(Delay);
        Assert.True(await AskAsync(greylist, "2001:db8::ffff"));
    }

    [Fact]
    public async Task A_network_that_came_again_five_times_is_asked_no_more()
    {
        await using TestStore store = await TestStore.OpenAsync();
        var greylist = new Greylist(store.Store.Memory, Delay, store.Clock);
        for (int i = 0; i < 5; i++)
            Assert.False(await AskAsync(greylist, "192.0.2.1", $"user{i}"));
        store.Clock.Advance(Delay);
        for (int i = 0; i < 5; i++)
            Assert.True(await AskAsync(greylist, "192.0.2.1", $"user{i}"));
        Assert.True(await AskAsync(greylist, "192.0.2.1", "new"));
    }

    private static Task<bool> AskAsync(Greylist greylist, string client, string recipient = "alice") =>
        greylist.MayPassAsync(IPAddress.Parse(client), "friend@remote.test", recipient + "@bcd.com");
}
