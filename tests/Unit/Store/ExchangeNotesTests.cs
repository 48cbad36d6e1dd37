using DirMail.Mail;
using DirMail.Store;

namespace DirMail.Unit.Store;

/// <summary>What mbox and Maildir have no place for goes along in a file beside them.</summary>
public sealed class ExchangeNotesTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly EntryId Bob = Samples.NewAccount(), Domain = Samples.NewAccount();

    private readonly string _folder = Path.Combine(Path.GetTempPath(), "dirmail-exchange-" + Guid.NewGuid().ToString("N"));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(MailFormat.Mbox)]
    [InlineData(MailFormat.Maildir)]
    public async Task Everything_comes_back_in_an_empty_store(MailFormat format)
    {
        EntryId alice = Samples.NewAccount();
        await using TestStore before = await FilledAsync(alice);
        await ExportAsync(before, format);

        await using TestStore after = await TestStore.OpenAsync();
        Assert.Empty((await ImportAsync(after, format, new(alice, Quota.None))).Problems);
        Assert.Equal(await SeenAsync(before, alice), await SeenAsync(after, alice));
        // once more is no harm
        Assert.Empty((await ImportAsync(after, format, new(alice, Quota.None))).Problems);
        Assert.Equal(await SeenAsync(before, alice), await SeenAsync(after, alice));
    }

    [Fact]
    public async Task In_another_directory_names_say_who_is_meant()
    {
        EntryId alice = Samples.NewAccount(), heir = Samples.NewAccount(), newBob = Samples.NewAccount();
        await using TestStore before = await FilledAsync(alice);
        await ExportAsync(before, MailFormat.Mbox);
        await using TestStore after = await TestStore.OpenAsync();
        ExchangeReport read = await ImportAsync(after, MailFormat.Mbox, new(heir, Quota.None) { SubjectOf = (_, name) => name == "bob@bcd.com" ? newBob : null });
        AccessList access = await AccessAsync(after, heir, "Work/Plans");
        Assert.Equal((Rights.Lookup | Rights.Read, Rights.Insert), (access.Find(newBob)!.Granted, access.Find(newBob)!.Denied));
        // what the owner himself may do is the new owner's
        Assert.Equal(Rights.All & ~Rights.DeleteMailbox, access.Find(heir)!.Granted);
        Assert.Equal(2, access.Entries.Length);
        Assert.Contains("anyone", Assert.Single(read.Problems), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{", "cannot be read")]
    [InlineData("""{"version":1,"mailboxes":[{}]}""", "cannot be read")]
    [InlineData("""{"version":1,"mailboxes":[null]}""", "cannot be read")]
    [InlineData("""{"version":1,"annotations":[{"name":null,"value":"x"}]}""", "cannot be read")]
    [InlineData("""{"version":1,"mailboxes":[{"name":"x","access":[{"granted":"Everything"}]}]}""", "cannot be read")]
    [InlineData("""{"version":2}""", "newer DirMail")]
    [InlineData("""{"version":1,"mailboxes":[{"name":"a//b"}]}""", "a//b")]
    [InlineData("""{"version":1,"mailboxes":[{"name":"x","specialUse":"\\Sent)\r\n"}]}""", "without the special use")]
    public async Task Notes_that_cannot_be_read_are_told_of_and_the_mail_comes_in(string notes, string told)
    {
        EntryId alice = Samples.NewAccount();
        await using TestStore before = await FilledAsync(alice);
        await ExportAsync(before, MailFormat.Mbox);
        await File.WriteAllTextAsync(Path.Combine(_folder, "alice@bcd.com", ".dirmail.json"), notes);
        await using TestStore after = await TestStore.OpenAsync();
        ExchangeReport read = await ImportAsync(after, MailFormat.Mbox, new(alice, Quota.None));
        Assert.Contains(told, Assert.Single(read.Problems), StringComparison.Ordinal);
        Assert.Equal(1, read.Messages);
    }

    private static async Task<TestStore> FilledAsync(EntryId alice)
    {
        TestStore test = await TestStore.OpenAsync();
        test.Store.Accounts.NameOf = static _ => new("alice@bcd.com");
        await test.Mailboxes.CreateAsync(alice, "Work/Plans", None);
        await test.Mailboxes.CreateAsync(alice, "Work/Empty", None);
        await test.Mailboxes.CreateAsync(alice, "Gesendet", "\\Sent", None);
        await test.Mailboxes.DeleteAsync(alice, "Work", None);
        foreach (string name in (string[])["INBOX", "Work/Plans", "Gone", "Other Users/bob/x"])
            await test.Mailboxes.SubscribeAsync(alice, name, subscribed: true, None);
        MailboxId plans = (await test.Mailboxes.FindAsync(alice, "Work/Plans", None))!.Id;
        await test.Mailboxes.AppendAsync(plans, await test.ContentAsync(Samples.Message("one")), MessageFlags.None, test.Clock.GetUtcNow(), Quota.None, None);
        await ShareAsync(Bob, Rights.Lookup | Rights.Read);
        await ShareAsync(Bob, Rights.Insert, isDenial: true);
        await ShareAsync(Domain, Rights.Lookup);
        await ShareAsync(alice, Rights.All & ~Rights.DeleteMailbox);
        await test.Store.Annotations.SetAsync(alice, plans, [new("/shared/comment", "of all"), new("/private/comment", "m\u00efne\r\n\"x\"")], None);
        await test.Store.Annotations.SetAsync(alice, null, [new("/private/vendor/x", "account")], None);
        return test;

        async Task ShareAsync(EntryId subject, Rights rights, bool isDenial = false) =>
            Assert.Equal(MailboxResult.Done, await test.Store.Access.ChangeAsync(plans, new(subject, FlagChangeKind.Replace, rights, isDenial, Rights.None), None));
    }

    private async Task ExportAsync(TestStore from, MailFormat format) =>
        Assert.Empty((await new MailExport(from.Store, _folder, format) { NameOf = static entry => entry == Bob ? "bob@bcd.com" : entry == Domain ? "anyone" : null }
            .RunAsync(await from.Store.Accounts.NamedAsync(null, null, None), None)).Problems);

    private Task<ExchangeReport> ImportAsync(TestStore into, MailFormat format, ImportTarget target) => new MailImport(into.Store, into.Clock).RunAsync(Path.Combine(_folder, "alice@bcd.com"), format, target, None);

    private static async Task<AccessList> AccessAsync(TestStore test, EntryId account, string name) => await test.Store.Access.ReadAsync((await test.Mailboxes.FindAsync(account, name, None))!.Id, None);

    /// <summary>All that is not mail, as text.</summary>
    private static async Task<IReadOnlyList<string>> SeenAsync(TestStore test, EntryId account)
    {
        List<string> seen = [.. (await test.Store.Access.SubscriptionsAsync(account, None)).Order(StringComparer.Ordinal)];
        foreach (Annotation note in await test.Store.Annotations.ListAsync(account, null, None))
            seen.Add(note.ToString());
        foreach (Mailbox mailbox in await test.Mailboxes.ListAsync(account, None))
        {
            seen.Add((mailbox with { Id = default, UidValidity = 0 }).ToString());
            seen.AddRange((await test.Store.Access.ReadAsync(mailbox.Id, None)).Entries.Select(static entry => entry.ToString()));
            seen.AddRange((await test.Store.Annotations.ListAsync(account, mailbox.Id, None)).Select(static note => note.ToString()));
        }
        return seen;
    }
}
