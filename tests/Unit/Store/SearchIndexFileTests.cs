using DirMail.Mail;
using DirMail.Store;
using DirMail.Store.Searching;
using DirMail.Store.Sqlite;

namespace DirMail.Unit.Store;

/// <summary>Whether the file of the index is that of the store beside it, and sound.</summary>
public sealed class SearchIndexFileTests
{
    [Fact]
    public async Task Goes_on_after_a_restart_and_forgets_what_went_in_between()
    {
        await using TestStore store = await TestStore.OpenAsync();
        EntryId account = Samples.NewAccount();
        await SearchIndexTests.DeliverAsync(store, account, 20, "m");
        await store.Store.IndexedAsync();
        using (store.Store.HoldIndexing())
        {
            await SearchIndexTests.DeliverAsync(store, account, 10, "n");
            MailboxView view = await store.ViewAsync(account);
            await store.Mailboxes.RemoveAsync(view.Mailbox.Id, [.. view.Entries.Take(3).Select(static entry => entry.Uid)], CancellationToken.None);
            store.Clock.Advance(TimeSpan.FromMinutes(10));
            await store.Store.SweepAsync(CancellationToken.None);
            await store.CloseAsync();
        }
        await store.ReopenAsync();
        await store.Store.IndexedAsync();
        SearchIndexStatistics statistics = await store.Store.SearchIndexStatisticsAsync(CancellationToken.None);
        Assert.Equal((27, 0), (statistics.Messages, statistics.Lag));
    }

    [Theory]
    [InlineData(0, 100, false)]
    [InlineData(0, 100, true)]
    [InlineData(8192, 400_000, false)]
    public async Task A_damaged_file_is_filled_anew(int from, int octets, bool isCut)
    {
        await using TestStore store = await TestStore.OpenAsync();
        EntryId account = Samples.NewAccount();
        await SearchIndexTests.DeliverAsync(store, account, 30, "m");
        await store.Store.IndexedAsync();
        await store.CloseAsync();
        string path = IndexDatabase.PathIn(store.Settings);
        byte[] file = File.ReadAllBytes(path);
        if (isCut)
            file = file[..octets];
        else
            file.AsSpan(from, Math.Min(octets, file.Length - from)).Fill(0x55);
        File.WriteAllBytes(path, file);
        await store.ReopenAsync();
        await SearchIndexTests.DeliverAsync(store, account, 1, "new");
        await store.Store.IndexedAsync();
        await SearchIndexTests.AskAsync(store, account, TextQuery.InBody("nothing like it"));
        await store.Store.IndexedAsync();
        Assert.Equal([.. Enumerable.Repeat(IndexAnswer.No, 31)], await SearchIndexTests.AskAsync(store, account, TextQuery.InBody("nothing like it")));
        Assert.Equal(31, (await store.Store.SearchIndexStatisticsAsync(CancellationToken.None)).Messages);
    }

    /// <param name="indexes">False: the first to open what was put back is one who does not index, as the verbs of the command line.</param>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_index_of_another_state_of_the_store_is_not_believed(bool indexes)
    {
        await using TestStore store = await TestStore.OpenAsync();
        EntryId account = Samples.NewAccount();
        await SearchIndexTests.DeliverAsync(store, account, 20, "m");
        await store.CloseAsync();
        string database = StoreParts.PathIn(store.Settings), log = database + "-wal", older = database + ".older";
        Assert.False(File.Exists(log), "the store has left its log");
        File.Copy(database, older);
        await store.ReopenAsync();
        await SearchIndexTests.DeliverAsync(store, account, 20, "first future");
        await store.Store.IndexedAsync();
        await store.CloseAsync();
        Assert.False(File.Exists(log), "the store has left its log");
        File.Move(older, database, overwrite: true);
        await store.ReopenAsync(settings => settings with { Indexes = indexes });
        await SearchIndexTests.DeliverAsync(store, account, 20, "other future");
        await store.ReopenAsync();
        await store.Store.IndexedAsync();
        IndexAnswer[] answers = await SearchIndexTests.AskAsync(store, account, TextQuery.InField("Subject", "other future"));
        Assert.Equal([.. Enumerable.Repeat(IndexAnswer.No, 20), .. Enumerable.Repeat(IndexAnswer.Unknown, 20)], answers);
    }

    [Fact]
    public async Task An_index_is_kept_while_the_store_goes_on()
    {
        await using TestStore store = await TestStore.OpenAsync();
        EntryId account = Samples.NewAccount();
        await SearchIndexTests.DeliverAsync(store, account, 20, "m");
        await store.Store.IndexedAsync();
        await store.CloseAsync();
        using (Connection index = IndexDatabase.OpenConnection(IndexDatabase.PathIn(store.Settings)))
            index.Execute("CREATE TABLE kept (it INTEGER)");
        foreach (bool indexes in (bool[])[false, true, true, false, true])
        {
            await store.ReopenAsync(settings => settings with { Indexes = indexes });
            await SearchIndexTests.DeliverAsync(store, account, 1, "n");
            await store.Store.IndexedAsync();
        }
        Assert.Equal(25, (await store.Store.SearchIndexStatisticsAsync(CancellationToken.None)).Messages);
        using (Connection index = IndexDatabase.OpenConnection(IndexDatabase.PathIn(store.Settings)))
            Assert.Equal(1, index.Ask("SELECT count(*) FROM sqlite_schema WHERE name = 'kept'"));
    }

    [Fact]
    public async Task Of_many_openings_the_last_thousand_are_remembered()
    {
        await using TestStore store = await TestStore.OpenAsync();
        await store.CloseAsync();
        string path = StoreParts.PathIn(store.Settings);
        using (Connection database = Connection.Open(path, cacheKibibytes: 1024))
            database.Execute("""
                INSERT OR REPLACE INTO opening SELECT value << 36, 1 FROM (WITH RECURSIVE counted (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM counted LIMIT 3000) SELECT value FROM counted);
                UPDATE counter SET value = 3001 << 36 WHERE name = 'id';
                """);
        await store.ReopenAsync();
        using (Connection database = Connection.Open(path, cacheKibibytes: 1024))
            Assert.Equal((1001, 2001L << 36, 3001L << 36), (database.Ask("SELECT count(*) FROM opening"), database.Ask("SELECT min(begins) FROM opening"), database.Ask("SELECT max(begins) FROM opening")));
    }

    [Fact]
    public async Task A_check_names_a_damaged_index_and_a_repair_throws_it_away()
    {
        await using TestStore store = await TestStore.OpenAsync();
        EntryId account = Samples.NewAccount();
        await SearchIndexTests.DeliverAsync(store, account, 20, "m");
        await store.Store.IndexedAsync();
        using (Connection index = IndexDatabase.OpenConnection(IndexDatabase.PathIn(store.Settings)))
            index.Execute("DELETE FROM message WHERE rendition = (SELECT min(rendition) FROM message)");
        Assert.Contains(await store.Store.CheckAsync(CancellationToken.None), static problem => problem.Contains("search index", StringComparison.Ordinal));
        Assert.Contains(await store.Store.RepairAsync(null, CancellationToken.None), static done => done.Contains("search index", StringComparison.Ordinal));
        Assert.Empty(await store.Store.CheckAsync(CancellationToken.None));
        Assert.Equal(20, (await store.Store.SearchIndexStatisticsAsync(CancellationToken.None)).Messages);
    }
}
