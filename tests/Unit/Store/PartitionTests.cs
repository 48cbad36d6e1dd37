using DirMail.Mail;
using DirMail.Store;
using Microsoft.Extensions.Logging.Abstractions;

namespace DirMail.Unit.Store;

public sealed class PartitionTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly string Large = Samples.Message("large", 100_000);

    private readonly string _disk = Directory.CreateTempSubdirectory("dirmail-disk-").FullName;

    public void Dispose() => Directory.Delete(_disk, recursive: true);

    [Fact]
    public async Task Only_the_files_of_large_messages_lie_there_once_for_all_who_have_them()
    {
        await using TestStore test = await OpenAsync();
        EntryId first = Samples.NewAccount(), second = Samples.NewAccount();
        await CommitAsync(test, Large, "big", first, second);
        await CommitAsync(test, Samples.Message("small"), "big", first);
        await CommitAsync(test, Large, "no such", first);
        await CommitAsync(test, Large, null, first);
        Assert.Equal((1, 2), (Files(_disk), Files(test.Settings.Folder)));
        MailboxId inbox = (await test.InboxAsync(first)).Id;
        await test.Mailboxes.CopyAsync(inbox, [new(1)], (await test.InboxAsync(second)).Id, Quota.None, None);
        await test.Mailboxes.RemoveAsync(inbox, [new(1)], None);
        await test.ReopenAsync();
        Assert.Equal((1, 2), (Files(_disk), Files(test.Settings.Folder)));
        foreach (EntryId account in (EntryId[])[first, second])
            foreach (MailboxEntry entry in (await test.ViewAsync(account)).Entries)
                Assert.Contains("Subject: ", await test.TextAsync(entry.Rendition), StringComparison.Ordinal);
        Assert.Empty(await test.Store.CheckAsync(None));
    }

    [Fact]
    public async Task What_nobody_has_any_more_goes_from_there_and_so_does_what_was_never_kept()
    {
        await using TestStore test = await OpenAsync();
        EntryId account = Samples.NewAccount();
        await (await test.ContentAsync(Large, "big")).DisposeAsync();
        Assert.Equal(0, Files(_disk));
        await CommitAsync(test, Large, "big", account);
        string stray = Path.Combine(_disk, "content", "01", "0000000000000001");
        Directory.CreateDirectory(Path.GetDirectoryName(stray)!);
        await File.WriteAllTextAsync(stray, "left by a crash");
        Assert.Contains(stray, Assert.Single(await test.Store.CheckAsync(None)), StringComparison.Ordinal);
        await test.ReopenAsync();
        Assert.Equal(1, Files(_disk));
        await test.Mailboxes.RemoveAsync((await test.InboxAsync(account)).Id, [new(1)], None);
        test.Clock.Advance(TimeSpan.FromMinutes(5));
        await test.Store.SweepAsync(None);
        test.Clock.Advance(TimeSpan.FromHours(1));
        await test.Store.SweepAsync(None);
        Assert.Equal(0, Files(_disk));
    }

    [Fact]
    public async Task A_store_does_not_open_without_a_partition_that_it_has_mail_in()
    {
        string other = Path.Combine(_disk, "other");
        await using TestStore test = await OpenAsync();
        await CommitAsync(test, Large, "big", Samples.NewAccount());
        await test.CloseAsync();
        string content = Path.Combine(_disk, "content"), aside = Path.Combine(_disk, "aside");

        Assert.Contains("no folder", await FailureAsync(test.Settings with { Partitions = new Dictionary<string, string> { ["big"] = other } }), StringComparison.Ordinal);
        Directory.CreateDirectory(other);
        Assert.Contains("is its disk mounted?", await FailureAsync(test.Settings with { Partitions = new Dictionary<string, string> { ["big"] = other } }), StringComparison.Ordinal);
        Assert.Contains("does not name", await FailureAsync(test.Settings with { Partitions = new Dictionary<string, string>() }), StringComparison.Ordinal);
        Assert.Contains("another message store", await FailureAsync(test.Settings with { Folder = test.Settings.Folder + "-other" }), StringComparison.Ordinal);
        Directory.Delete(test.Settings.Folder + "-other", recursive: true);

        // moved to where the store's own lie, the partition may be given up
        Directory.Move(content, aside);
        foreach (string shelf in Directory.GetDirectories(aside))
            Directory.Move(shelf, Path.Combine(test.Settings.Folder, "content", Path.GetFileName(shelf)));
        await using MessageStore store = await MessageStore.OpenAsync(test.Settings with { Partitions = new Dictionary<string, string>() }, test.Clock, NullLogger.Instance, None);
        Assert.Empty(await store.CheckAsync(None));
    }

    [Fact]
    public async Task A_backup_holds_it_all_and_restored_it_lies_with_the_store()
    {
        await using TestStore test = await OpenAsync();
        EntryId account = Samples.NewAccount();
        await CommitAsync(test, Large, "big", account);
        string target = Path.Combine(_disk, "backup.tar");
        Assert.Equal(1, (await test.Store.BackupAsync(target, null, None)).Files);
        await CommitAsync(test, Large, "big", account);
        await test.CloseAsync();
        RestoreReport restored = await new Restore(target, test.Settings, test.Clock, NullLogger.Instance).RunAsync(None);
        // nothing of what was there before is lost
        Assert.Equal(2, Files(_disk));
        await test.ReopenAsync();
        Assert.Equal(1, Files(test.Settings.Folder));
        Assert.Contains("Subject: large", await test.TextAsync(Assert.Single((await test.ViewAsync(account)).Entries).Rendition), StringComparison.Ordinal);
        await CommitAsync(test, Large, "big", account);
        Assert.Equal(3, Files(_disk));
        Directory.Delete(restored.Former!, recursive: true);
    }

    private Task<TestStore> OpenAsync() => TestStore.OpenAsync(settings => settings with { Partitions = new Dictionary<string, string> { ["big"] = _disk } });

    private static Task CommitAsync(TestStore test, string text, string? partition, params EntryId[] accounts) =>
        test.CommitAsync(text, new() { Local = [.. accounts.Select(static account => Samples.Delivery(account))] }, partition: partition);

    private static async Task<string> FailureAsync(StoreSettings settings) =>
        (await Assert.ThrowsAsync<IOException>(() => MessageStore.OpenAsync(settings, TimeProvider.System, NullLogger.Instance, None))).Message;

    /// <summary>Of contents.</summary>
    private static int Files(string folder) => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Count(static file => Path.GetFileName(file).Length == 16);
}
