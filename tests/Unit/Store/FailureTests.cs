using DirMail.Mail;
using DirMail.Store;
using DirMail.Store.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace DirMail.Unit.Store;

public sealed class FailureTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task A_full_disk_refuses_with_452_loses_nothing_and_recovers()
    {
        await using TestStore test = await TestStore.OpenAsync(static settings => settings with { MaxPages = 200 });
        EntryId account = Samples.NewAccount();
        int stored = 0;
        // First many at once until a group does not fit, then one by one until none does.
        for (int atOnce = 8, refused = 0; refused < 2;)
        {
            int many = atOnce;
            CommitResult[] results = await Task.WhenAll(Enumerable.Range(0, many).Select(_ => test.DeliverAsync(Samples.Message(octets: 30_000), account)));
            stored += results.Count(static result => result is CommitResult.Stored);
            CommitResult.Refused[] refusals = [.. results.OfType<CommitResult.Refused>()];
            Assert.All(refusals, static refusal => Assert.Equal(Responses.StoreUnavailable, refusal.Reply));
            if (refusals.Length > 0)
                (atOnce, refused) = (1, refused + (many == 1 ? 2 : 1));
            Assert.True(stored < 1000);
        }
        MailboxView view = await test.ViewAsync(account);
        Assert.Equal((stored, stored), (view.Entries.Count, view.Status.Messages));
        Assert.Equal(view.Status.UidNext.Value, view.Entries[^1].Uid.Value + 1);
        await AssertOthersAreTold(test, view.Mailbox.Id);

        await test.Mailboxes.RemoveAsync(view.Mailbox.Id, [.. view.Entries.Take(10).Select(static entry => entry.Uid)], None);
        test.Clock.Advance(TimeSpan.FromHours(1));
        await test.Store.SweepAsync(None);
        Assert.IsType<CommitResult.Stored>(await test.DeliverAsync(Samples.Message(octets: 30_000), account));
        Assert.True(test.Store.IsHealthy);
        Assert.Equal(stored - 9, (await test.ViewAsync(account)).Entries.Count);
    }

    private static async Task AssertOthersAreTold(TestStore test, MailboxId mailbox)
    {
        string large = Samples.Message(octets: 60_000);
        Assert.IsType<AppendResult.StoreUnavailable>(await test.Mailboxes.AppendAsync(mailbox, await test.ContentAsync(large), MessageFlags.None, test.Clock.GetUtcNow(), Quota.None, None));
        Assert.False(test.Store.IsHealthy);
        var report = new Acceptance(AcceptanceId.Next(test.Clock), await test.ContentAsync(large), () => new() { Local = [Samples.Delivery(Samples.NewAccount())] }) { Received = test.Clock.GetUtcNow() };
        Assert.False(await test.Store.CompleteAsync(new(new(1), []) { Created = [report] }, None));
    }

    [Fact]
    public async Task A_copy_taken_under_load_holds_every_acknowledged_message()
    {
        await using TestStore test = await TestStore.OpenAsync();
        EntryId account = Samples.NewAccount();
        using var enough = new CancellationTokenSource();
        int acknowledged = 0;
        Task[] load = [.. Enumerable.Range(0, 8).Select(i => Task.Run(async () =>
        {
            while (!enough.IsCancellationRequested)
            {
                await test.DeliverAsync(Samples.Message(octets: i == 0 ? 80_000 : 3_000), account);
                Interlocked.Increment(ref acknowledged);
            }
        }))];
        string copy = test.Settings.Folder + "-copy";
        for (int round = 1; round <= 2; round++)
        {
            while (Volatile.Read(ref acknowledged) < 40 * round)
                await test.DeliverAsync(Samples.Message(), account);
            int promised = Volatile.Read(ref acknowledged);
            Copy(test.Settings.Folder, copy);
            await AssertSoundAsync(copy, account, promised);
            Directory.Delete(copy, recursive: true);
        }
        await enough.CancelAsync();
        await Task.WhenAll(load);
    }

    /// <summary>As a crash leaves it: the database, then its log, then the files. The load is too small for a checkpoint to fall in between.</summary>
    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string file in (string[])["store.db", "store.db-wal"])
            File.Copy(Path.Combine(from, file), Path.Combine(to, file));
        foreach (string shelf in Directory.EnumerateDirectories(Path.Combine(from, "content")))
        {
            string target = Directory.CreateDirectory(Path.Combine(to, "content", Path.GetFileName(shelf))).FullName;
            foreach (string file in Directory.EnumerateFiles(shelf, "*").Where(static file => !file.EndsWith(".part", StringComparison.Ordinal)))
                File.Copy(file, Path.Combine(target, Path.GetFileName(file)));
        }
    }

    private static async Task AssertSoundAsync(string folder, EntryId account, int promised)
    {
        await using MessageStore store = await MessageStore.OpenAsync(new() { Folder = folder, Readers = 1 }, TimeProvider.System, NullLogger.Instance, None);
        Assert.Empty(await store.CheckAsync(None));
        Mailbox inbox = (await store.Mailboxes.FindAsync(account, "INBOX", None))!;
        Assert.True((await store.Mailboxes.StatusAsync(inbox.Id, None))!.Messages >= promised);
    }

    [Theory]
    [InlineData("UPDATE mailbox SET messages = messages + 1", "mailbox counters")]
    [InlineData("UPDATE mailbox SET uidnext = 1", "UIDNEXT")]
    [InlineData("UPDATE mailbox SET modseq = 1", "MODSEQ")]
    [InlineData("UPDATE account SET octets = 1", "account usage")]
    [InlineData("UPDATE content SET hash = zeroblob(32)", "not those that were stored")]
    [InlineData("UPDATE content SET structure = x'00'", "structure")]
    [InlineData("UPDATE content SET data = x'00' WHERE data IS NOT NULL", "another size")]
    [InlineData("UPDATE rendition SET unreferenced = 1", "not marked for removal")]
    [InlineData("UPDATE rendition SET octets = 1", "size")]
    [InlineData("UPDATE lane SET recipients = 7", "lane")]
    [InlineData("UPDATE counter SET value = 7", "total")]
    [InlineData("PRAGMA foreign_keys = OFF; DELETE FROM rendition", "reference to a row")]
    [InlineData("PRAGMA foreign_keys = OFF; DELETE FROM queue_recipient", "queued message without")]
    public async Task The_check_finds_damage(string damage, string told)
    {
        await using TestStore test = await TestStore.OpenAsync();
        await test.CommitAsync(Samples.Message(), new() { Local = [Samples.Delivery(Samples.NewAccount())], Queued = [Samples.Queued(test.Clock, "x@xyz.test")] });
        using (Connection database = Connection.Open(Path.Combine(test.Settings.Folder, "store.db"), 1024))
            database.Execute(damage);
        Assert.Contains(await test.Store.CheckAsync(None), problem => problem.Contains(told, StringComparison.Ordinal));
        test.IsDamaged = true;
    }

    [Fact]
    public async Task A_newer_schema_is_refused_in_words()
    {
        await using TestStore test = await TestStore.OpenAsync();
        await test.CloseAsync();
        string path = Path.Combine(test.Settings.Folder, "store.db");
        long made;
        using (Connection database = Connection.Open(path, 1024))
        {
            made = database.Ask("PRAGMA user_version");
            database.Execute("PRAGMA user_version = 99");
        }
        IOException refused = await Assert.ThrowsAsync<IOException>(() => MessageStore.OpenAsync(test.Settings, test.Clock, NullLogger.Instance, None));
        Assert.Contains("made by a newer DirMail", refused.Message, StringComparison.Ordinal);
        Assert.Contains("start the newer program, or put a backup of this version back with `dirmail store restore`", refused.Message, StringComparison.Ordinal);
        using (Connection database = Connection.Open(path, 1024))
            database.Execute($"PRAGMA user_version = {made}");
        await test.ReopenAsync();
    }

    /// <summary>A queue written by the version before senders' wishes were kept.</summary>
    [Fact]
    public async Task An_older_schema_is_brought_up_to_date_with_its_mail()
    {
        var settings = new StoreSettings { Folder = Path.Combine(Path.GetTempPath(), "dirmail-store-" + Guid.NewGuid().ToString("N")) };
        Directory.CreateDirectory(settings.Folder);
        using (Connection database = Connection.Open(Path.Combine(settings.Folder, "store.db"), 1024))
        {
            Schema.Migrate(database, upTo: 4);
            database.Execute("""
                INSERT INTO content VALUES (1, 5, x'', x'', x'68656c6c6f');
                INSERT INTO rendition VALUES (2, 1, 5, NULL, x'');
                INSERT INTO lane (id, domain, channel, recipients) VALUES (1, x'0d0000000000000000000000000000d0', 'smtp', 1);
                INSERT INTO queue_message (lane, acceptance, rendition, destination, host_name, body, utf8, arrived, first_attempt, expires) VALUES (1, 7, 2, 'xyz.test', 'mail.abc.com', 0, 0, 1, 1, 2);
                INSERT INTO queue_recipient (message, lane, given, final, notify, next_attempt) VALUES (1, 1, 'x@xyz.test', 'x@xyz.test', 6, 1);
                """);
        }
        await using (MessageStore store = await MessageStore.OpenAsync(settings, new TestClock(), NullLogger.Instance, None))
        {
            QueueRow row = Assert.Single((await store.Queue.LoadAsync(new(Samples.Domain, "smtp"), new(DateTimeOffset.UnixEpoch.AddMinutes(1), 10), None)).Rows);
            Assert.Equal(("x@xyz.test", DeliveryWishes.None), (row.Recipients[0].Recipient.Final.ToString(), row.Message.Wishes));
        }
        Directory.Delete(settings.Folder, recursive: true);
    }
}
