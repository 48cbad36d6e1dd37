using DirMail.Mail;
using DirMail.Store;
using DirMail.Store.Sqlite;

namespace DirMail.Unit.Store;

/// <summary>Damage done on purpose: what is mended and said, what is left and said, and that mail which can still be read stays readable.</summary>
public sealed class RepairTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory]
    [InlineData("UPDATE mailbox SET messages = 7, octets = 1", "mailbox counted anew")]
    [InlineData("UPDATE mailbox SET uidnext = 1", "UIDNEXT raised")]
    [InlineData("UPDATE mailbox SET modseq = 1", "MODSEQ raised")]
    [InlineData("UPDATE mailbox SET noselect = 1", "made a mailbox")]
    [InlineData("UPDATE account SET octets = 1", "usage counted anew")]
    [InlineData("INSERT INTO quota VALUES (x'00112233445566778899aabbccddeeff', 5, 5)", "domain's usage counted anew")]
    [InlineData("UPDATE content SET structure = x'00'", "structure read anew")]
    [InlineData("UPDATE content SET octets = octets + 1", "size and structure read anew")]
    [InlineData("UPDATE rendition SET unreferenced = 1", "mark set by its references")]
    [InlineData("UPDATE rendition SET octets = 1", "rendition measured anew")]
    [InlineData("UPDATE entry SET octets = 1", "entry measured anew")]
    [InlineData("UPDATE lane SET recipients = 7", "lane counted anew")]
    [InlineData("UPDATE counter SET value = 7 WHERE name IN ('contents', 'octets')", "counted anew")]
    [InlineData("UPDATE counter SET value = 0 WHERE name = 'uidvalidity'", "UIDVALIDITY raised")]
    [InlineData("PRAGMA foreign_keys = OFF; DELETE FROM queue_recipient", "queued message for nobody")]
    [InlineData("PRAGMA foreign_keys = OFF; DELETE FROM queue_message", "recipient without a message")]
    public async Task What_can_be_mended_is_and_no_mail_goes(string damage, string told)
    {
        await using TestStore test = await TestStore.OpenAsync();
        EntryId account = await FilledAsync(test);
        Damage(test, damage);
        IReadOnlyList<string> done = await test.Store.RepairAsync(null, None);
        Assert.Contains(done, line => line.Contains(told, StringComparison.Ordinal));
        Assert.Empty(await test.Store.CheckAsync(None));
        MailboxView view = await test.ViewAsync(account);
        Assert.Equal(2, view.Status.Messages);
        foreach (MailboxEntry entry in view.Entries)
            Assert.Contains("Subject: ", await test.TextAsync(entry.Rendition), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Entries_whose_message_is_gone_are_named_and_taken_out()
    {
        await using TestStore test = await TestStore.OpenAsync();
        test.Store.Accounts.NameOf = static _ => new("alice@bcd.com");
        EntryId account = await FilledAsync(test);
        Damage(test, "PRAGMA foreign_keys = OFF; DELETE FROM rendition WHERE id = (SELECT rendition FROM entry WHERE uid = 1)");
        IReadOnlyList<string> done = await test.Store.RepairAsync(null, None);
        Assert.Contains(done, static line => line.Contains("alice@bcd.com INBOX UID 1", StringComparison.Ordinal));
        Assert.Contains(done, static line => line.Contains("put aside as", StringComparison.Ordinal));
        Assert.Empty(await test.Store.CheckAsync(None));
        Assert.Equal(2u, Assert.Single((await test.ViewAsync(account)).Entries).Uid.Value);
        // its octets are kept
        Assert.Contains("Subject: small", await File.ReadAllTextAsync(Assert.Single(Directory.GetFiles(Path.Combine(test.Settings.Folder, "lost")))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Octets_that_are_missing_stay_a_problem_that_names_file_and_owner()
    {
        await using TestStore test = await TestStore.OpenAsync();
        test.Store.Accounts.NameOf = static _ => new("alice@bcd.com");
        EntryId account = await FilledAsync(test);
        string file = ContentFile(test);
        File.Move(file, file + ".away");
        Assert.Empty(await test.Store.RepairAsync(null, None));
        string problem = Assert.Single(await test.Store.CheckAsync(None));
        Assert.Contains(file, problem, StringComparison.Ordinal);
        Assert.Contains("alice@bcd.com INBOX UID 2", problem, StringComparison.Ordinal);
        // whoever reads it is told what to do, and gets the rest
        MailboxView view = await test.ViewAsync(account);
        IOException damaged = await Assert.ThrowsAsync<IOException>(() => test.TextAsync(view.Entries[1].Rendition));
        Assert.Contains(file, damaged.Message, StringComparison.Ordinal);
        Assert.Contains("store check", damaged.Message, StringComparison.Ordinal);
        Assert.Contains("Subject: small", await test.TextAsync(view.Entries[0].Rendition), StringComparison.Ordinal);
        File.Move(file + ".away", file);
        Assert.Empty(await test.Store.CheckAsync(None));
    }

    [Fact]
    public async Task A_flipped_octet_is_told_of_and_not_mended_away()
    {
        await using TestStore test = await TestStore.OpenAsync();
        await FilledAsync(test);
        Damage(test, "UPDATE content SET data = CAST('X' || substr(data, 2) AS BLOB) WHERE id = (SELECT min(id) FROM content)");
        await test.Store.RepairAsync(null, None);
        Assert.Contains("are not those that were stored", Assert.Single(await test.Store.CheckAsync(None)), StringComparison.Ordinal);
        test.IsDamaged = true;
    }

    [Fact]
    public async Task A_file_without_a_row_is_put_aside()
    {
        await using TestStore test = await TestStore.OpenAsync();
        await FilledAsync(test);
        string stray = Path.Combine(Directory.CreateDirectory(Path.Combine(test.Settings.Folder, "content", "01")).FullName, "00000000000fff01");
        await File.WriteAllTextAsync(stray, "Subject: found\r\n\r\n");
        Assert.Contains(stray, Assert.Single(await test.Store.CheckAsync(None)), StringComparison.Ordinal);
        Assert.Contains("put aside", Assert.Single(await test.Store.RepairAsync(null, None)), StringComparison.Ordinal);
        Assert.Equal("Subject: found\r\n\r\n", await File.ReadAllTextAsync(Path.Combine(test.Settings.Folder, "lost", "00000000000fff01.eml")));
    }

    [Fact]
    public async Task A_damaged_database_names_itself_and_the_check()
    {
        await using TestStore test = await TestStore.OpenAsync();
        string folder = test.Settings.Folder + "-bad", file = Path.Combine(folder, "store.db");
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(file, new string('x', 10_000));
        IOException refused = await Assert.ThrowsAnyAsync<IOException>(() => MessageStore.OpenAsync(new() { Folder = folder }, test.Clock, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance, None));
        Assert.Contains(file, refused.Message, StringComparison.Ordinal);
        Assert.Contains("dirmail store check", refused.Message, StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>UID 1 in the database, UID 2 in a file, and one queued.</summary>
    internal static async Task<EntryId> FilledAsync(TestStore test)
    {
        EntryId account = Samples.NewAccount();
        await test.DeliverAsync(Samples.Message("small"), account);
        await test.DeliverAsync(Samples.Message("large", octets: 200_000), account);
        await test.CommitAsync(Samples.Message("queued"), new() { Queued = [Samples.Queued(test.Clock, "x@xyz.test")] });
        return account;
    }

    internal static string ContentFile(TestStore test) => Assert.Single(Directory.GetFiles(Path.Combine(test.Settings.Folder, "content"), "*", SearchOption.AllDirectories));

    internal static void Damage(TestStore test, string sql)
    {
        using Connection database = Connection.Open(Path.Combine(test.Settings.Folder, "store.db"), 1024);
        database.Execute(sql);
    }
}
