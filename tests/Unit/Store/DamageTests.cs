using DirMail.Mail;
using DirMail.Store;
using DirMail.Store.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace DirMail.Unit.Store;

/// <summary>Whoever meets a damaged file is told which one, and what to do.</summary>
public sealed class DamageTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_large_content_that_is_cut_or_missing_is_named(bool isCut)
    {
        await using TestStore test = await TestStore.OpenAsync();
        test.IsDamaged = true;
        EntryId account = Samples.NewAccount();
        await test.DeliverAsync(Samples.Message(octets: 200_000), account);
        string file = Directory.EnumerateFiles(Path.Combine(test.Settings.Folder, "content"), "*", SearchOption.AllDirectories).Single();
        if (isCut)
            await File.WriteAllTextAsync(file, "cut");
        else
            File.Delete(file);
        RenditionId rendition = (await test.ViewAsync(account)).Entries[0].Rendition;
        await AssertNamedAsync(file, () => test.TextAsync(rendition));
        Assert.Contains(await test.Store.CheckAsync(None), problem => problem.Contains(Path.GetFileName(file).TrimStart('0'), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_database_with_garbage_in_it_is_named()
    {
        await using TestStore test = await TestStore.OpenAsync();
        EntryId account = Samples.NewAccount();
        for (int i = 0; i < 20; i++)
            await test.DeliverAsync(Samples.Message(octets: 20_000), account);
        await test.CloseAsync();
        string path = Path.Combine(test.Settings.Folder, "store.db");
        using (Connection database = Connection.Open(path, 1024))
            database.Ask("PRAGMA wal_checkpoint(TRUNCATE)");
        byte[] octets = await File.ReadAllBytesAsync(path);
        octets.AsSpan(octets.Length / 8).Fill(0xff);
        await File.WriteAllBytesAsync(path, octets);
        await AssertNamedAsync(path, async () =>
        {
            await using MessageStore store = await MessageStore.OpenAsync(test.Settings, test.Clock, NullLogger.Instance, None);
            Mailbox inbox = (await store.Mailboxes.FindAsync(account, "INBOX", None))!;
            foreach (MailboxEntry entry in (await store.Mailboxes.OpenAsync(inbox.Id, None))!.Entries)
                await TestStore.TextAsync(await store.Mailboxes.ReadAsync(entry.Rendition, None));
        });
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_named()
    {
        await using TestStore test = await TestStore.OpenAsync();
        string folder = test.Settings.Folder + "-bad", path = Path.Combine(folder, "store.db");
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(path, new string('x', 10_000));
        await AssertNamedAsync(path, () => MessageStore.OpenAsync(new() { Folder = folder }, test.Clock, NullLogger.Instance, None));
        Directory.Delete(folder, recursive: true);
    }

    private static async Task AssertNamedAsync(string file, Func<Task> use)
    {
        IOException told = await Assert.ThrowsAnyAsync<IOException>(use);
        Assert.Contains(file, told.Message, StringComparison.Ordinal);
        Assert.Contains("`dirmail store check`", told.Message, StringComparison.Ordinal);
    }
}
