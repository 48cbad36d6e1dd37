using DirMail.Mail;
using DirMail.Store;
using Microsoft.Extensions.Logging.Abstractions;

namespace DirMail.Unit.Store;

public sealed class BackupTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory]
    [InlineData("copy")]
    [InlineData("copy.tar")]
    public async Task A_backup_comes_back_as_it_was(string name)
    {
        await using TestStore test = await TestStore.OpenAsync();
        EntryId account = await RepairTests.FilledAsync(test);
        string target = Path.Combine(test.Settings.Folder, name);
        BackupReport report = await test.Store.BackupAsync(target, null, None);
        Assert.Equal((3, 1, 2, 1), (report.Contents, report.Files, report.Entries, report.QueueRecipients));
        await test.DeliverAsync(Samples.Message("later"), account);
        MailboxView before = await test.ViewAsync(account);

        StoreSettings other = test.Settings with { Folder = test.Settings.Folder + "-other" };
        RestoreReport restored = await new Restore(target, other, test.Clock, NullLogger.Instance).RunAsync(None);
        Assert.Equal((3, 2, 1, null), (restored.Contents, restored.Entries, restored.QueueRecipients, restored.Former));
        await using (MessageStore store = await MessageStore.OpenAsync(other, test.Clock, NullLogger.Instance, None))
        {
            Mailbox inbox = (await store.Mailboxes.FindAsync(account, "INBOX", None))!;
            // UID 3 will be given again
            Assert.True(inbox.UidValidity > before.Mailbox.UidValidity);
            MailboxView view = (await store.Mailboxes.OpenAsync(inbox.Id, None))!;
            Assert.Equal([1u, 2u], view.Entries.Select(static e => e.Uid.Value));
            Assert.Contains("Subject: large", await TestStore.TextAsync(await store.Mailboxes.ReadAsync(view.Entries[1].Rendition, None)), StringComparison.Ordinal);
            Assert.Empty(await store.CheckAsync(None));
        }
        RestoreReport again = await new Restore(target, other, test.Clock, NullLogger.Instance) { IsLatest = true }.RunAsync(None);
        Assert.True(File.Exists(Path.Combine(again.Former!, "store.db")));
        await using (MessageStore store = await MessageStore.OpenAsync(other, test.Clock, NullLogger.Instance, None))
            Assert.Equal(before.Mailbox.UidValidity, (await store.Mailboxes.FindAsync(account, "INBOX", None))!.UidValidity);
        Directory.Delete(other.Folder, recursive: true);
        Directory.Delete(again.Former!, recursive: true);
    }

    [Fact]
    public async Task A_backup_under_load_is_whole_and_has_all_that_was_acknowledged_before()
    {
        await using TestStore test = await TestStore.OpenAsync();
        EntryId account = Samples.NewAccount();
        using var enough = new CancellationTokenSource();
        int acknowledged = 0;
        Task[] load = [.. Enumerable.Range(0, 6).Select(i => Task.Run(async () =>
        {
            while (!enough.IsCancellationRequested)
            {
                await test.DeliverAsync(Samples.Message(octets: i == 0 ? 80_000 : 3_000), account);
                Interlocked.Increment(ref acknowledged);
            }
        }))];
        while (Volatile.Read(ref acknowledged) < 50)
            await test.DeliverAsync(Samples.Message(), account);
        int promised = Volatile.Read(ref acknowledged);
        string target = Path.Combine(test.Settings.Folder, "copy");
        await test.Store.BackupAsync(target, null, None);
        await enough.CancelAsync();
        await Task.WhenAll(load);

        StoreSettings other = test.Settings with { Folder = test.Settings.Folder + "-other" };
        RestoreReport restored = await new Restore(target, other, test.Clock, NullLogger.Instance).RunAsync(None);
        Assert.True(restored.Entries >= promised);
        Directory.Delete(other.Folder, recursive: true);
    }

    [Fact]
    public async Task Nothing_is_written_over_and_nothing_half_is_left()
    {
        await using TestStore test = await TestStore.OpenAsync();
        await RepairTests.FilledAsync(test);
        string target = Path.Combine(test.Settings.Folder, "there");
        Directory.CreateDirectory(target);
        Assert.Contains("is there already", (await Assert.ThrowsAsync<IOException>(() => test.Store.BackupAsync(target, null, None))).Message, StringComparison.Ordinal);
        Directory.Delete(target);
        string file = RepairTests.ContentFile(test);
        File.Move(file, file + ".away");
        Assert.Contains("store check", (await Assert.ThrowsAsync<IOException>(() => test.Store.BackupAsync(target, null, None))).Message, StringComparison.Ordinal);
        File.Move(file + ".away", file);
        Assert.Empty(Directory.GetFileSystemEntries(test.Settings.Folder, "there*"));
    }

    [Fact]
    public async Task A_backup_that_is_not_sound_leaves_the_store_as_it_is()
    {
        await using TestStore test = await TestStore.OpenAsync();
        await RepairTests.FilledAsync(test);
        string target = Path.Combine(test.Settings.Folder, "copy");
        await test.Store.BackupAsync(target, null, None);
        File.Delete(Assert.Single(Directory.GetFiles(Path.Combine(target, "content"), "*", SearchOption.AllDirectories)));
        StoreSettings other = test.Settings with { Folder = test.Settings.Folder + "-other" };
        Directory.CreateDirectory(other.Folder);
        await File.WriteAllTextAsync(Path.Combine(other.Folder, "mine"), "");
        Assert.Contains("is not sound", (await Assert.ThrowsAsync<IOException>(() => new Restore(target, other, test.Clock, NullLogger.Instance).RunAsync(None))).Message, StringComparison.Ordinal);
        Assert.Contains("is no backup", (await Assert.ThrowsAsync<IOException>(() => new Restore(test.Settings.Folder + "-none", other, test.Clock, NullLogger.Instance).RunAsync(None))).Message, StringComparison.Ordinal);
        Assert.Equal(["mine"], Directory.GetFileSystemEntries(other.Folder).Select(Path.GetFileName));
        Directory.Delete(other.Folder, recursive: true);
    }

    [Fact]
    public async Task A_store_that_was_killed_and_put_aside_comes_back_with_its_last_mail()
    {
        await using TestStore test = await TestStore.OpenAsync();
        EntryId account = await RepairTests.FilledAsync(test);
        StoreSettings killed = test.Settings with { Folder = test.Settings.Folder + "-killed" }, other = test.Settings with { Folder = test.Settings.Folder + "-other" };
        // what a kill leaves: as the files lie there while the store is open and nobody writes
        foreach (string file in Directory.GetFiles(test.Settings.Folder, "*", SearchOption.AllDirectories).Where(static file => Path.GetFileName(file) != "store.lock"))
        {
            string copy = Path.Combine(killed.Folder, Path.GetRelativePath(test.Settings.Folder, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
        RestoreReport restored = await new Restore(killed.Folder, other, test.Clock, NullLogger.Instance).RunAsync(None);
        Assert.Equal((3, 2, 1), (restored.Contents, restored.Entries, restored.QueueRecipients));
        await using (MessageStore store = await MessageStore.OpenAsync(other, test.Clock, NullLogger.Instance, None))
            Assert.NotNull(await store.Mailboxes.FindAsync(account, "INBOX", None));
        Directory.Delete(killed.Folder, recursive: true);
        Directory.Delete(other.Folder, recursive: true);
    }

    [Fact]
    public async Task Statistics_tell_what_one_copy_saves()
    {
        await using TestStore test = await TestStore.OpenAsync();
        EntryId alice = Samples.NewAccount(), bob = Samples.NewAccount(), carol = Samples.NewAccount();
        test.Store.Accounts.NameOf = entry => new(entry == carol ? "carol@cde.com" : entry == alice ? "alice@bcd.com" : "bob@bcd.com");
        await test.DeliverAsync(Samples.Message(), alice, bob, carol);
        IReadOnlyList<DomainStatistics> domains = await test.Store.DomainStatisticsAsync(None);
        Assert.Equal(["bcd.com", "cde.com"], domains.Select(static d => d.Domain!));
        StoreStatistics all = await test.Store.StatisticsAsync(None);
        Assert.Equal((2, 2, 1, all.StoredOctets), (domains[0].Accounts, domains[0].Entries, domains[0].Contents, domains[0].StoredOctets));
        Assert.Equal(all.LogicalOctets, domains.Sum(static d => d.LogicalOctets));
        Assert.Equal(1, all.Contents);
    }
}
