using System.Text;
using DirMail.Mail;
using DirMail.Mail.Mime;
using DirMail.Store;
using Microsoft.Extensions.Logging.Abstractions;

namespace DirMail.Unit.Store;

public sealed class ContentTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(64 * 1024 - 60)]
    [InlineData(64 * 1024)]
    [InlineData(1_000_000)]
    public async Task Octets_come_back_in_pieces_of_any_size(int octets)
    {
        await using TestStore test = await TestStore.OpenAsync();
        EntryId account = Samples.NewAccount();
        string text = Samples.Message(octets: octets);
        await test.DeliverAsync(text, account);
        RenditionId rendition = (await test.ViewAsync(account)).Entries[0].Rendition;
        MessageContent content = await test.Mailboxes.ReadAsync(rendition, CancellationToken.None);
        Assert.Equal(31, content.Shift);
        foreach (int piece in (int[])[octets > 100_000 ? 4096 : 7, 256 * 1024])
            Assert.Equal("Return-Path: <a@example.test>\r\n" + text, await TestStore.TextAsync(content, piece));
        MessageStructure structure = await content.StructureAsync(CancellationToken.None);
        Assert.Equal(("hello", (long)text.Length), (structure.Envelope.Subject, structure.Octets));
        bool hasFile = Directory.EnumerateFiles(Path.Combine(test.Settings.Folder, "content"), "*", SearchOption.AllDirectories).Any();
        Assert.Equal(text.Length > test.Settings.InlineOctets, hasFile);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(100_000)]
    [InlineData(400_000)]
    public async Task Header_is_at_hand_before_the_commit(int headerOctets)
    {
        await using TestStore test = await TestStore.OpenAsync();
        string header = "Subject: x\r\n" + string.Concat(Enumerable.Repeat("X-Filler: 0123456789\r\n", headerOctets / 22)) + "\r\n";
        await using Content content = await test.ContentAsync(header + "body\r\n");
        string seen = Encoding.ASCII.GetString(content.Header.Span);
        Assert.StartsWith(seen, header, StringComparison.Ordinal);
        Assert.True(seen.Length >= Math.Min(header.Length, 64 * 1024));
        Assert.True(seen.Length <= 256 * 1024);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(200_000)]
    public async Task What_is_not_committed_leaves_nothing(int octets)
    {
        await using TestStore test = await TestStore.OpenAsync();
        await using (await test.ContentAsync(Samples.Message(octets: octets)))
        {
        }
        await using (ContentWriter writer = test.Store.NewContent())
            await writer.WriteAsync(new byte[octets], CancellationToken.None);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(test.Settings.Folder, "content"), "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Content_is_given_away_once()
    {
        await using TestStore test = await TestStore.OpenAsync();
        Content content = await test.ContentAsync(Samples.Message());
        Acceptance acceptance = new(AcceptanceId.Next(test.Clock), content, () => new() { Local = [Samples.Delivery(Samples.NewAccount())] }) { Received = test.Clock.GetUtcNow() };
        await test.Store.CommitAsync(acceptance, CancellationToken.None);
        await Assert.ThrowsAsync<InvalidOperationException>(() => test.Store.CommitAsync(acceptance, CancellationToken.None));
        Assert.Throws<ObjectDisposedException>(() => content.Header);
    }

    [Fact]
    public async Task A_disk_that_fails_is_told_at_the_end()
    {
        await using TestStore test = await TestStore.OpenAsync();
        string shelves = Path.Combine(test.Settings.Folder, "content");
        Directory.Delete(shelves);
        await File.WriteAllTextAsync(shelves, "not a folder");
        await using (ContentWriter writer = test.Store.NewContent())
        {
            await writer.WriteAsync(new byte[100_000], CancellationToken.None);
            Assert.Null(await writer.CompleteAsync(CancellationToken.None));
        }
        File.Delete(shelves);
        Directory.CreateDirectory(shelves);
    }

    [Fact]
    public async Task Files_without_a_row_go_at_the_start()
    {
        await using TestStore test = await TestStore.OpenAsync();
        EntryId account = Samples.NewAccount();
        await test.DeliverAsync(Samples.Message(octets: 100_000), account);
        string shelf = Path.Combine(test.Settings.Folder, "content", "ff");
        Directory.CreateDirectory(shelf);
        await File.WriteAllTextAsync(Path.Combine(shelf, "00000000000000ff"), "orphan");
        await File.WriteAllTextAsync(Path.Combine(shelf, "000000000000ffff.part"), "unfinished");
        Assert.Contains(await test.Store.CheckAsync(CancellationToken.None), static problem => problem.StartsWith("file without a row", StringComparison.Ordinal));
        await test.ReopenAsync();
        Assert.Empty(Directory.GetFiles(shelf));
        Assert.Single((await test.ViewAsync(account)).Entries);
    }

    [Fact]
    public async Task A_row_without_its_file_is_damage_never_an_empty_message()
    {
        await using TestStore test = await TestStore.OpenAsync();
        EntryId account = Samples.NewAccount();
        await test.DeliverAsync(Samples.Message(octets: 100_000), account);
        MessageContent content = await test.Mailboxes.ReadAsync((await test.ViewAsync(account)).Entries[0].Rendition, CancellationToken.None);
        File.Delete(Directory.EnumerateFiles(Path.Combine(test.Settings.Folder, "content"), "*", SearchOption.AllDirectories).Single());
        await Assert.ThrowsAnyAsync<IOException>(() => TestStore.TextAsync(content));
        Assert.Contains("missing", Assert.Single(await test.Store.CheckAsync(CancellationToken.None)), StringComparison.Ordinal);
        test.IsDamaged = true;
    }

    [Fact]
    public async Task A_folder_in_use_is_refused_with_its_name()
    {
        await using TestStore test = await TestStore.OpenAsync();
        IOException refused = await Assert.ThrowsAsync<IOException>(() => MessageStore.OpenAsync(test.Settings, test.Clock, NullLogger.Instance, CancellationToken.None));
        Assert.Contains(test.Settings.Folder, refused.Message, StringComparison.Ordinal);
        Assert.Contains("in use", refused.Message, StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(test.Settings.Folder));
    }
}
