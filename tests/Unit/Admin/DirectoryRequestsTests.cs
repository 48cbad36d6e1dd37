using DirMail.Admin;
using DirMail.Mail;
using DirMail.Routing.Table;
using DirMail.Unit.Routing;

namespace DirMail.Unit.Admin;

/// <summary>`dirmail directory status|accept` over the control socket.</summary>
public sealed class DirectoryRequestsTests
{
    [Fact]
    public async Task Status_tells_how_the_directory_is_followed_and_how_old_the_table_is()
    {
        await using ControlledServer server = await ControlledServer.StartAsync();
        server.Directory.Live.Age.InStep();
        FollowingReport report = await server.Client.DirectoryAsync(default);
        Assert.Equal(("ldap://127.0.0.1:1", true, 3, 0.0), (report.Directory.Url, report.Directory.Connected, report.Directory.Domains, report.Directory.AgeSeconds));
        Assert.Equal(("sync", server.Clock.GetUtcNow()), (report.Method, report.ConnectedSince));
        Assert.Equal(("", null, null), (report.CacheFolder, report.CacheAsOf, report.CacheFailure));
        Assert.Empty(report.Held);

        server.Directory.Live.Age.LostAt(DateTimeOffset.UtcNow - TimeSpan.FromHours(2));
        report = await server.Client.DirectoryAsync(default);
        Assert.InRange(report.Directory.AgeSeconds, 7200, 7300);
        Assert.InRange((await server.Client.StatusAsync(default)).Directory.AgeSeconds, 7200, 7300);
    }

    [Fact]
    public async Task Status_lists_what_is_held_back()
    {
        await using ControlledServer server = await ControlledServer.StartAsync();
        Hold(server.Directory);
        FollowingReport report = await server.Client.DirectoryAsync(default);
        Assert.Equal(["abc.com", "bcd.com", "cde.com"], report.Held.Select(h => h.Domain).Order(StringComparer.Ordinal));
        Assert.All(report.Held, held => Assert.True(held.IsDomain && held.Count > 0 && held.First.Count > 0));
        Assert.Equal("o=bcd.com,o=hosting", report.Held.Single(h => h.Domain == "bcd.com").Dn);
    }

    [Fact]
    public async Task Accept_is_of_all_or_of_one_domain_by_any_of_its_names()
    {
        await using ControlledServer server = await ControlledServer.StartAsync();
        EntryId bcd = server.Directory.Domain("bcd.com").Id;
        Assert.Equal(60, (await server.Client.AcceptRemovalsAsync(null, default)).Entries);
        Assert.Equal(12, (await server.Client.AcceptRemovalsAsync("BCD.net", default)).Entries);
        Assert.Equal([null, bcd], server.Accepted);
    }

    [Theory]
    [InlineData("xyz.test")]
    [InlineData("not a domain")]
    [InlineData("")]
    public async Task Accept_of_an_unknown_domain_is_404_and_removes_nothing(string name)
    {
        await using ControlledServer server = await ControlledServer.StartAsync();
        var failure = await Assert.ThrowsAsync<ControlException>(() => server.Client.AcceptRemovalsAsync(name, default));
        Assert.Equal($"'{name}' is not a hosted domain; `dirmail directory status` shows what is held back", failure.Message);
        Assert.Empty(server.Accepted);
    }

    [Fact]
    public async Task Accept_must_be_posted()
    {
        await using ControlledServer server = await ControlledServer.StartAsync();
        Assert.StartsWith("HTTP/1.1 405 ", await server.AskAsync("GET /v1/directory/accept"));
        Assert.Empty(server.Accepted);
    }

    /// <summary>A refresh that shows nothing at all.</summary>
    private static void Hold(ExampleDirectory directory)
    {
        var builder = new TableBuilder(directory.Table, new RecentRemovals(TimeProvider.System));
        builder.BeginRefresh(isFull: true);
        builder.EndRefresh(removeUnseen: true);
        directory.Live.Publish(builder.Build(DateTimeOffset.UnixEpoch));
    }
}
