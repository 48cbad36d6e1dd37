using DirMail.Ldap;
using DirMail.Mail;
using DirMail.Store;
using DirMail.Transfer;
using static DirMail.Unit.Routing.ExampleDirectory;

namespace DirMail.Unit.Transfer;

/// <summary>Mail of users who are gone: kept for the time of grace, there for who comes back, then off the disk.</summary>
public class GoneAccountsTests
{
    private static readonly string Carol = UserDn("carol", "cde.com");
    private static readonly TimeSpan Grace = TimeSpan.FromDays(30);
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Mail_is_kept_for_the_grace_and_then_removed()
    {
        await using TransferRoom room = await FilledAsync();
        await using var gone = new GoneAccounts(room.Services);
        room.Directory.Live.Age.InStep();
        room.Directory.Remove(Carol);
        await gone.LookAsync(None);
        Assert.Equal(room.Clock.GetUtcNow(), (await CarolAsync(room))!.GoneSince);
        room.Clock.Advance(Grace - TimeSpan.FromMinutes(1));
        await gone.LookAsync(None);
        Assert.Equal(1, (await CarolAsync(room))!.Messages);
        room.Clock.Advance(TimeSpan.FromMinutes(1));
        await gone.LookAsync(None);
        Assert.Null(await CarolAsync(room));
        await room.Store.SweepAsync(None);
        room.Clock.Advance(TimeSpan.FromHours(1));
        await room.Store.SweepAsync(None);
        Assert.Equal(0, (await room.Store.StatisticsAsync(None)).Contents);
    }

    [Fact]
    public async Task Who_comes_back_has_the_mail_and_the_clock_begins_anew()
    {
        await using TransferRoom room = await FilledAsync();
        await using var gone = new GoneAccounts(room.Services);
        room.Directory.Live.Age.InStep();
        LdapEntry entry = room.Directory.Entry(Carol);
        room.Directory.Remove(Carol);
        await gone.LookAsync(None);
        room.Clock.Advance(Grace - TimeSpan.FromMinutes(1));
        room.Directory.Push(entry);
        await gone.LookAsync(None);
        Assert.Null((await CarolAsync(room))!.GoneSince);
        Assert.Single(await room.InboxAsync("carol", "cde.com"));
        room.Directory.Remove(Carol);
        await gone.LookAsync(None);
        room.Clock.Advance(TimeSpan.FromDays(1));
        await gone.LookAsync(None);
        Assert.NotNull(await CarolAsync(room));
    }

    [Theory]
    [InlineData("uid=carol,ou=People,o=cde.com,o=hosting")]
    [InlineData("o=cde.com,o=hosting")]
    public async Task Changes_are_followed_of_users_and_of_domains(string removed)
    {
        await using TransferRoom room = await FilledAsync();
        await using var gone = new GoneAccounts(room.Services);
        gone.Start();
        room.Directory.Remove(removed);
        using var limit = new CancellationTokenSource(TransferRoom.Soon);
        while ((await CarolAsync(room))!.GoneSince is null)
            await Task.Delay(5, limit.Token);
    }

    [Fact]
    public async Task Nothing_is_removed_without_the_directory_or_while_an_heir_waits()
    {
        await using TransferRoom room = await FilledAsync();
        await using var adoption = new Adoption(room.Services);
        await using var gone = new GoneAccounts(room.Services);
        room.Directory.Live.Age.InStep();
        EntryId heir = room.Directory.Replace(Carol);
        Assert.True(room.Directory.Table.NotAdopted.ContainsKey(heir));
        await gone.LookAsync(None);
        room.Clock.Advance(2 * Grace);
        await gone.LookAsync(None);
        Assert.NotNull(await CarolAsync(room));
        await adoption.AdoptAsync(heir, fresh: true, None);
        room.Directory.Live.Age.LostAt(DateTimeOffset.UnixEpoch);
        await gone.LookAsync(None);
        Assert.NotNull(await CarolAsync(room));
        room.Directory.Live.Age.InStep();
        await gone.LookAsync(None);
        Assert.Null(await CarolAsync(room));
    }

    [Fact]
    public async Task Removals_that_are_held_back_start_no_clock()
    {
        await using TransferRoom room = await FilledAsync();
        await using var gone = new GoneAccounts(room.Services);
        for (int i = 0; i < 20; i++)
            room.Directory.AddUser($"more{i}", "cde.com");
        room.Directory.RemoveInRefresh([Carol, .. Enumerable.Range(0, 20).Select(static i => UserDn($"more{i}", "cde.com"))]);
        Assert.True(room.Directory.Table.IsHeld(room.Directory.User("carol", "cde.com")));
        await gone.LookAsync(None);
        Assert.Null((await CarolAsync(room))!.GoneSince);
        Assert.False(await gone.PurgeAsync((await CarolAsync(room))!, None));
    }

    private static async Task<TransferRoom> FilledAsync()
    {
        TransferRoom room = await TransferRoom.OpenAsync();
        room.Store.Accounts.NameOf = entry => new(room.Directory.Table.NameOf(entry)!);
        Assert.IsType<AcceptResult.Accepted>(await room.AcceptAsync("x1@xyz.test", ["carol@cde.com"]));
        return room;
    }

    private static Task<StoredAccount?> CarolAsync(TransferRoom room) => room.Store.Accounts.FindAsync(IdOf(Carol), None);
}
