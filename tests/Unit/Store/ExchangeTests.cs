using System.Globalization;
using System.Text;
using DirMail.Mail;
using DirMail.Store;

namespace DirMail.Unit.Store;

public sealed class ExchangeTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory]
    [InlineData(MailFormat.Mbox)]
    [InlineData(MailFormat.Maildir)]
    public async Task What_is_exported_comes_back_with_flags_dates_and_folders(MailFormat format)
    {
        await using TestStore test = await TestStore.OpenAsync();
        EntryId account = Samples.NewAccount();
        test.Store.Accounts.NameOf = static _ => new("alice@bcd.com");
        string[] messages =
        [
            "Subject: one\r\n\r\nFrom the start\r\n>From quoted\r\n\r\nFrom here\r\n\r\n",
            "\r\nno header\r\n",
            Samples.Message("large", 200_000),
            "Subject: long\r\n\r\n" + new string('x', 150_000) + "\r\nFrom x\r\n",
            "Status: mine\r\nSubject: two\r\n\r\n\r\n\r\n",
        ];
        await test.Mailboxes.CreateAsync(account, "Arch.ive/.20~/\u00e4", None);
        foreach (string folder in (string[])["INBOX", "Arch.ive/.20~/\u00e4"])
            for (int i = 0; i < messages.Length; i++)
                await AppendAsync(test, account, folder, messages[i], i);
        string folderOut = Path.Combine(test.Settings.Folder, "out");
        ExchangeReport wrote = await new MailExport(test.Store, folderOut, format).RunAsync(await test.Store.Accounts.NamedAsync(null, "bcd.com", None), None);
        Assert.Equal((1, 10L), (wrote.Accounts, wrote.Messages));
        Assert.Empty(wrote.Problems);

        EntryId other = Samples.NewAccount();
        ExchangeReport read = await new MailImport(test.Store, test.Clock).RunAsync(Path.Combine(folderOut, "alice@bcd.com"), format, new(other, Quota.None), None);
        Assert.Equal(10, read.Messages);
        Assert.Equal((await test.Mailboxes.ListAsync(account, None)).Select(static m => m.Name), (await test.Mailboxes.ListAsync(other, None)).Select(static m => m.Name));
        foreach (string folder in (string[])["INBOX", "Arch.ive/.20~/\u00e4"])
        {
            MailboxView from = await test.ViewAsync(account, folder), to = await test.ViewAsync(other, folder);
            for (int i = 0; i < messages.Length; i++)
            {
                string expected = format == MailFormat.Mbox ? messages[i].Replace("Status: mine\r\n", "", StringComparison.Ordinal) : messages[i];
                Assert.Equal(expected, await test.TextAsync(to.Entries[i].Rendition));
                Assert.Equal(from.Entries[i].InternalDate, to.Entries[i].InternalDate);
                Assert.Equal(from.Entries[i].Flags.System, to.Entries[i].Flags.System);
                Assert.Equal(from.Entries[i].Flags.Keywords.AsEnumerable(), to.Entries[i].Flags.Keywords.AsEnumerable());
            }
        }
    }

    [Theory]
    [InlineData("From a@b Thu Jan  1 00:00:00 1970\nSubject: x\n\nbody\n", 1)]
    [InlineData("From a@b Thu Jan  1 00:00:00 1970\nSubject: x\n\nbody", 1)]
    [InlineData("\n\nFrom a\nSubject: x\n\nFrom b\nSubject: y\n\n\n", 2)]
    [InlineData("From a\r\nSubject: x\r\n\r\nbody\r\n\r\nFrom b\r\nSubject: y\r\n\r\n", 2)]
    [InlineData("From a\n\nFrom b\n\nFrom c\nX: y\n", 1)]
    [InlineData("", 0)]
    public async Task Mboxes_of_others_are_read(string mbox, int messages)
    {
        await using TestStore test = await TestStore.OpenAsync();
        string file = Path.Combine(test.Settings.Folder, "a.mbox");
        await File.WriteAllBytesAsync(file, Encoding.Latin1.GetBytes(mbox));
        ExchangeReport read = await new MailImport(test.Store, test.Clock) { Folder = "Old/x" }.RunAsync(file, MailFormat.Mbox, new(Samples.NewAccount(), Quota.None), None);
        Assert.Equal((messages, 0), ((int)read.Messages, read.Problems.Count));
    }

    [Fact]
    public async Task What_is_no_mbox_is_named()
    {
        await using TestStore test = await TestStore.OpenAsync();
        string file = Path.Combine(test.Settings.Folder, "a.mbox");
        await File.WriteAllTextAsync(file, "Subject: not one\n\n");
        ExchangeReport read = await new MailImport(test.Store, test.Clock).RunAsync(file, MailFormat.Mbox, new(Samples.NewAccount(), Quota.None), None);
        Assert.Contains(file, Assert.Single(read.Problems), StringComparison.Ordinal);
        await Assert.ThrowsAsync<IOException>(() => new MailImport(test.Store, test.Clock).RunAsync(test.Settings.Folder, MailFormat.Maildir, new(Samples.NewAccount(), Quota.None), None));
    }

    [Fact]
    public async Task A_damaged_message_is_named_and_the_others_are_written()
    {
        await using TestStore test = await TestStore.OpenAsync();
        test.Store.Accounts.NameOf = static _ => new("alice@bcd.com");
        await RepairTests.FilledAsync(test);
        string file = RepairTests.ContentFile(test);
        File.Move(file, file + ".away");
        string folder = Path.Combine(test.Settings.Folder, "out");
        ExchangeReport wrote = await new MailExport(test.Store, folder, MailFormat.Mbox).RunAsync(await test.Store.Accounts.NamedAsync("Alice@bcd.com", null, None), None);
        Assert.Equal(1, wrote.Messages);
        Assert.Contains("alice@bcd.com INBOX UID 2", Assert.Single(wrote.Problems), StringComparison.Ordinal);
        Assert.Single(await File.ReadAllLinesAsync(Path.Combine(folder, "alice@bcd.com", "INBOX.mbox")), static l => l.StartsWith("From ", StringComparison.Ordinal));
        File.Move(file + ".away", file);
    }

    private static async Task AppendAsync(TestStore test, EntryId account, string folder, string message, int i)
    {
        var flags = new MessageFlags((SystemFlags)i | (i == 4 ? SystemFlags.Draft : SystemFlags.None), i % 2 == 0 ? [] : ["$Label1", string.Create(CultureInfo.InvariantCulture, $"key{i}")]);
        Mailbox mailbox = (await test.Mailboxes.FindAsync(account, folder, None))!;
        var date = new DateTimeOffset(2020, 2, 3 + i, 4, 5, 6, TimeSpan.Zero);
        Assert.IsType<AppendResult.Appended>(await test.Mailboxes.AppendAsync(mailbox.Id, await test.ContentAsync(message), flags, date, Quota.None, None));
    }
}
