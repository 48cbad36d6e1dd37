using System.Collections.Immutable;
using System.Text;
using DirMail.Mail;
using DirMail.Mail.Mime;
using DirMail.Store;

namespace DirMail.Unit.Store;

public sealed class MailboxesTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory]
    [InlineData("inbox", "INBOX")]
    [InlineData("Inbox/sub", "INBOX/sub")]
    [InlineData("a/b/", "a/b")]
    [InlineData("Müll", "Müll")]
    [InlineData("Mu\u0308ll", "Müll")]
    [InlineData("x/inbox", "x/inbox")]
    public async Task Names_are_stored_in_one_form(string given, string stored)
    {
        await using TestStore test = await TestStore.OpenAsync();
        EntryId account = Samples.NewAccount();
        await test.Mailboxes.CreateAsync(account, given, None);
        Assert.Contains(await test.Mailboxes.ListAsync(account, None), mailbox => mailbox.Name == stored);
        Assert.NotNull(await test.Mailboxes.FindAsync(account, given, None));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("/a")]
    [InlineData("a//b")]
    [InlineData("a\tb")]
    [InlineData("a\0")]
    [InlineData("a*")]
    [InlineData("a%b")]
    [InlineData("a\u2028b")]
    [InlineData("a\ud800")]
    [InlineData("1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17/18/19/20/21")]
    public async Task Other_names_are_refused(string name)
    {
        await using TestStore test = await TestStore.OpenAsync();
        EntryId account = Samples.NewAccount();
        Assert.Equal(MailboxResult.BadName, await test.Mailboxes.CreateAsync(account, name, None));
        Assert.Equal(MailboxResult.BadName, await test.Mailboxes.CreateAsync(account, new string('x', 2000), None));
        Assert.Null(await test.Mailboxes.FindAsync(account, name, None));
    }

    [Fact]
    public async Task Mailboxes_are_made_with_parents_listed_and_subscribed()
    {
        await using TestStore test = await TestStore.OpenAsync();
        EntryId account = Samples.NewAccount();
        Assert.Equal(MailboxResult.Done, await test.Mailboxes.CreateAsync(account, "a/b/c", None));
        Assert.Equal(MailboxResult.AlreadyExists, await test.Mailboxes.CreateAsync(account, "a/b", None));
        await test.Mailboxes.SubscribeAsync(account, "a/b", true, None);
        IReadOnlyList<Mailbox> list = await test.Mailboxes.ListAsync(account, None);
        Assert.Equal(["INBOX", "a", "a/b", "a/b/c"], list.Select(static mailbox => mailbox.Name));
        Assert.Equal([false, true, true, false], list.Select(static mailbox => mailbox.HasChildren));
        Assert.Equal([false, false, true, false], list.Select(static mailbox => mailbox.Subscribed));
        await test.Mailboxes.SubscribeAsync(account, "a/b", false, None);
        Assert.DoesNotContain(await test.Mailboxes.ListAsync(account, None), static mailbox => mailbox.Subscribed);
        Assert.Equal("INBOX", Assert.Single(await test.Mailboxes.ListAsync(Samples.NewAccount(), None)).Name);
    }

    [Fact]
    public async Task Deleting_takes_the_mail_keeps_names_with_children_and_never_repeats_a_uidvalidity()
    {
        await using TestStore test = await TestStore.OpenAsync();
        EntryId account = Samples.NewAccount();
        await test.CommitAsync(Samples.Message(), new() { Local = [Samples.Delivery(account, folder: "a"), Samples.Delivery(account, folder: "a/b")] });
        Mailbox before = (await test.Mailboxes.FindAsync(account, "a", None))!;
        Assert.Equal(MailboxResult.NotAllowed, await test.Mailboxes.DeleteAsync(account, "inbox", None));
        Assert.Equal(MailboxResult.NotFound, await test.Mailboxes.DeleteAsync(account, "none", None));
        Assert.Equal(MailboxResult.Done, await test.Mailboxes.DeleteAsync(account, "a", None));
        Assert.Null(await test.Mailboxes.OpenAsync(before.Id, None));
        Assert.Null(await test.Mailboxes.ChangesAsync(before.Id, new(0), None));
        Mailbox name = (await test.Mailboxes.FindAsync(account, "a", None))!;
        Assert.True(name.NoSelect);
        Assert.Null(await test.Mailboxes.OpenAsync(name.Id, None));
        Assert.Equal(MailboxResult.NotAllowed, await test.Mailboxes.DeleteAsync(account, "a", None));
        Assert.Equal(MailboxResult.Done, await test.Mailboxes.DeleteAsync(account, "a/b", None));
        Assert.Equal(MailboxResult.Done, await test.Mailboxes.DeleteAsync(account, "a", None));
        Assert.Equal(MailboxResult.Done, await test.Mailboxes.CreateAsync(account, "a", None));
        Assert.True((await test.Mailboxes.FindAsync(account, "a", None))!.UidValidity > before.UidValidity);
        Assert.Equal(0, (await test.Store.StatisticsAsync(None)).Entries);
    }

    [Fact]
    public async Task Renaming_takes_children_along()
    {
        await using TestStore test = await TestStore.OpenAsync();
        EntryId account = Samples.NewAccount();
        foreach (string name in (string[])["a/b/c", "ab", "other"])
            await test.Mailboxes.CreateAsync(account, name, None);
        Assert.Equal(MailboxResult.AlreadyExists, await test.Mailboxes.RenameAsync(account, "a", "other", None));
        Assert.Equal(MailboxResult.NotAllowed, await test.Mailboxes.RenameAsync(account, "a", "a/x", None));
        Assert.Equal(MailboxResult.NotFound, await test.Mailboxes.RenameAsync(account, "none", "x", None));
        Assert.Equal(MailboxResult.BadName, await test.Mailboxes.RenameAsync(account, "a", "x//y", None));
        Assert.Equal(MailboxResult.Done, await test.Mailboxes.RenameAsync(account, "a", "new/z", None));
        Assert.Equal(["INBOX", "ab", "new", "new/z", "new/z/b", "new/z/b/c", "other"], (await test.Mailboxes.ListAsync(account, None)).Select(static mailbox => mailbox.Name));
    }

    [Fact]
    public async Task Renaming_the_inbox_moves_its_mail()
    {
        await using TestStore test = await TestStore.OpenAsync();
        EntryId account = Samples.NewAccount();
        await test.DeliverAsync(Samples.Message(), account);
        MailboxView before = await test.ViewAsync(account);
        Assert.Equal(MailboxResult.Done, await test.Mailboxes.RenameAsync(account, "Inbox", "old/mail", None));
        MailboxChanges changes = (await test.Mailboxes.ChangesAsync(before.Mailbox.Id, before.Status.HighestModSeq, None))!;
        Assert.Equal([new Uid(1)], changes.Expunged);
        Assert.Equal(0, changes.Status.Messages);
        Assert.Single((await test.ViewAsync(account, "old/mail")).Entries);
        await test.DeliverAsync(Samples.Message(), account);
        Assert.Equal(new Uid(2), Assert.Single((await test.ViewAsync(account)).Entries).Uid);
    }

    [Fact]
    public async Task Flags_change_counters_and_modseq_only_where_they_differ()
    {
        await using TestStore test = await TestStore.OpenAsync();
        EntryId account = Samples.NewAccount();
        await test.DeliverAsync(Samples.Message(), account);
        await test.DeliverAsync(Samples.Message(), account);
        MailboxView view = await test.ViewAsync(account);
        Uid[] both = [new(1), new(2)];
        var add = new FlagChange(FlagChangeKind.Add, new(SystemFlags.Seen, ["$Label", "no atom", "$label"]));
        IReadOnlyList<MailboxEntry> changed = (await test.Mailboxes.StoreFlagsAsync(view.Mailbox.Id, [new(1), new(9)], add, None)).Entries;
        Assert.Equal("$Label", Assert.Single(Assert.Single(changed).Flags.Keywords));
        changed = (await test.Mailboxes.StoreFlagsAsync(view.Mailbox.Id, both, add, None)).Entries;
        Assert.True(changed[0].ModSeq.Value < changed[1].ModSeq.Value);
        MailboxChanges changes = (await test.Mailboxes.ChangesAsync(view.Mailbox.Id, changed[0].ModSeq, None))!;
        Assert.Equal(new Uid(2), Assert.Single(changes.Changed).Uid);
        Assert.Equal(0, changes.Status.Unseen);
        await test.Mailboxes.StoreFlagsAsync(view.Mailbox.Id, both, new(FlagChangeKind.Remove, new(SystemFlags.Seen, ["$LABEL"])), None);
        await test.Mailboxes.StoreFlagsAsync(view.Mailbox.Id, both, new(FlagChangeKind.Replace, new(SystemFlags.Deleted | SystemFlags.Flagged, default)), None);
        view = await test.ViewAsync(account);
        Assert.All(view.Entries, static entry => Assert.Equal((SystemFlags.Deleted | SystemFlags.Flagged, 0), (entry.Flags.System, entry.Flags.Keywords.Length)));
        Assert.Equal((2, 2), (view.Status.Unseen, view.Status.Deleted));
    }

    [Fact]
    public async Task Expunge_takes_what_is_deleted_and_remove_takes_what_is_named()
    {
        await using TestStore test = await TestStore.OpenAsync();
        EntryId account = Samples.NewAccount();
        for (int i = 0; i < 5; i++)
            await test.DeliverAsync(Samples.Message(), account);
        MailboxId inbox = (await test.InboxAsync(account)).Id;
        var delete = new FlagChange(FlagChangeKind.Add, new(SystemFlags.Deleted, []));
        await test.Mailboxes.StoreFlagsAsync(inbox, [new(1), new(2), new(3)], delete, None);
        Assert.Equal([new Uid(2)], await test.Mailboxes.ExpungeAsync(inbox, [new(2), new(4)], None));
        Assert.Equal([new Uid(1), new Uid(3)], await test.Mailboxes.ExpungeAsync(inbox, null, None));
        Assert.Equal([new Uid(5)], await test.Mailboxes.RemoveAsync(inbox, [new(5), new(7)], None));
        MailboxChanges changes = (await test.Mailboxes.ChangesAsync(inbox, new(0), None))!;
        Assert.Equal(new Uid(4), Assert.Single(changes.Changed).Uid);
        Assert.Equal([new(1), new(2), new(3), new Uid(5)], changes.Expunged);
    }

    [Fact]
    public async Task Append_keeps_flags_and_date_and_obeys_the_quota()
    {
        await using TestStore test = await TestStore.OpenAsync();
        EntryId account = Samples.NewAccount();
        Mailbox inbox = await test.InboxAsync(account);
        var date = new DateTimeOffset(2001, 2, 3, 4, 5, 6, TimeSpan.FromHours(1));
        var flags = new MessageFlags(SystemFlags.Draft | SystemFlags.Seen, ImmutableArray.Create("$Forwarded"));
        Assert.Equal(new AppendResult.Appended(inbox.UidValidity, new(1)), await test.Mailboxes.AppendAsync(inbox.Id, await test.ContentAsync("draft\r\n"), flags, date, Quota.None, None));
        Assert.IsType<AppendResult.OverQuota>(await test.Mailboxes.AppendAsync(inbox.Id, await test.ContentAsync("more\r\n"), flags, date, new(null, 1), None));
        Assert.IsType<AppendResult.MailboxGone>(await test.Mailboxes.AppendAsync(new(999), await test.ContentAsync("more\r\n"), flags, date, Quota.None, None));
        MailboxEntry entry = Assert.Single((await test.ViewAsync(account)).Entries);
        Assert.Equal((date.ToUniversalTime(), SystemFlags.Draft | SystemFlags.Seen, "$Forwarded"), (entry.InternalDate, entry.Flags.System, entry.Flags.Keywords.Single()));
    }

    [Fact]
    public async Task Copies_share_the_stored_content()
    {
        await using TestStore test = await TestStore.OpenAsync();
        EntryId account = Samples.NewAccount();
        for (int i = 0; i < 3; i++)
            await test.DeliverAsync(Samples.Message(), account);
        MailboxId inbox = (await test.InboxAsync(account)).Id;
        await test.Mailboxes.CreateAsync(account, "archive", None);
        Mailbox archive = (await test.Mailboxes.FindAsync(account, "archive", None))!;
        CopyResult.Copied copied = Assert.IsType<CopyResult.Copied>(await test.Mailboxes.CopyAsync(inbox, [new(3), new(1), new(8)], archive.Id, Quota.None, None));
        Assert.Equal([new(3), new Uid(1)], copied.From);
        Assert.Equal([new(1), new Uid(2)], copied.To);
        Assert.IsType<CopyResult.OverQuota>(await test.Mailboxes.CopyAsync(inbox, [new(1), new(2)], archive.Id, new(null, 6), None));
        Assert.IsType<CopyResult.MailboxGone>(await test.Mailboxes.CopyAsync(inbox, [new(1)], new(999), Quota.None, None));
        await test.Mailboxes.RemoveAsync(inbox, [new(1), new(2), new(3)], None);
        StoreStatistics statistics = await test.Store.StatisticsAsync(None);
        Assert.Equal((3, 2), (statistics.Contents, statistics.Entries));
        Assert.EndsWith(Samples.Message(), await test.TextAsync((await test.ViewAsync(account, "archive")).Entries[0].Rendition), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Watchers_are_woken_after_the_commit()
    {
        await using TestStore test = await TestStore.OpenAsync();
        EntryId account = Samples.NewAccount(), other = Samples.NewAccount();
        Mailbox inbox = await test.InboxAsync(account);
        using var woken = new SemaphoreSlim(0);
        IDisposable broken = test.Mailboxes.Watch(inbox.Id, static () => throw new InvalidOperationException("bug"));
        IDisposable watch = test.Mailboxes.Watch(inbox.Id, () => woken.Release());
        await test.DeliverAsync(Samples.Message(), other);
        await test.DeliverAsync(Samples.Message(), account);
        Assert.True(await woken.WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.Single((await test.Mailboxes.ChangesAsync(inbox.Id, new(1), None))!.Changed);
        watch.Dispose();
        broken.Dispose();
        watch.Dispose();
        await test.DeliverAsync(Samples.Message(), account);
        Assert.Equal(0, woken.CurrentCount);
    }

    [Fact]
    public async Task Who_knows_of_a_change_finds_it_in_the_watch()
    {
        await using TestStore test = await TestStore.OpenAsync();
        EntryId account = Samples.NewAccount();
        await test.CommitAsync(Samples.Message(), new() { Local = [Samples.Delivery(account, folder: "a")] });
        Mailbox mailbox = (await test.Mailboxes.FindAsync(account, "a", None))!;
        using MailboxWatch watch = test.Mailboxes.Watch(mailbox.Id, static () => { });
        Assert.Equal(new ModSeq(0), watch.Latest);
        for (int i = 0; i < 20; i++)
        {
            FlagChange change = new(i % 2 == 0 ? FlagChangeKind.Add : FlagChangeKind.Remove, new(SystemFlags.Seen, []));
            StoredFlags stored = await test.Mailboxes.StoreFlagsAsync(mailbox.Id, [new(1)], change, None);
            Assert.Equal(Assert.Single(stored.Given), watch.Latest);
        }
        await test.Mailboxes.DeleteAsync(account, "a", None);
        Assert.True(watch.Latest.CompareTo(new(1000)) > 0);
    }

    [Fact]
    public async Task What_was_expunged_stays_readable_for_a_while_then_goes()
    {
        await using TestStore test = await TestStore.OpenAsync();
        EntryId account = Samples.NewAccount();
        await test.DeliverAsync(Samples.Message(octets: 100_000), account);
        await test.CommitAsync(Samples.Message(), new() { Local = [Samples.Delivery(account, folder: "gone")] });
        MailboxView view = await test.ViewAsync(account);
        await test.Mailboxes.RemoveAsync(view.Mailbox.Id, [new(1)], None);
        await test.Mailboxes.DeleteAsync(account, "gone", None);
        await test.Store.SweepAsync(None);
        await test.TextAsync(view.Entries[0].Rendition);
        Assert.Equal(2, (await test.Store.StatisticsAsync(None)).Contents);

        test.Clock.Advance(TimeSpan.FromMinutes(5));
        await test.Store.SweepAsync(None);
        Assert.Equal((0, 0), ((await test.Store.StatisticsAsync(None)).Contents, (await test.Store.StatisticsAsync(None)).StoredOctets));
        await Assert.ThrowsAnyAsync<IOException>(() => test.Mailboxes.ReadAsync(view.Entries[0].Rendition, None));
        string files = Path.Combine(test.Settings.Folder, "content");
        Assert.Single(Directory.EnumerateFiles(files, "*", SearchOption.AllDirectories));
        test.Clock.Advance(TimeSpan.FromHours(1));
        await test.Store.SweepAsync(None);
        Assert.Empty(Directory.EnumerateFiles(files, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Structures_of_many_come_with_one_read_in_the_order_asked_for()
    {
        await using TestStore test = await TestStore.OpenAsync();
        EntryId account = Samples.NewAccount();
        for (int i = 0; i < 20; i++)
            await test.DeliverAsync(i % 3 == 0 ? ManyParts($"number {i}") : Samples.Message($"number {i}"), account);
        List<RenditionId> renditions = [.. (await test.ViewAsync(account)).Entries.Select(static entry => entry.Rendition).Reverse(), new(1)];
        foreach (StructureExtent extent in Enum.GetValues<StructureExtent>())
        {
            using StoredStructures stored = await test.Mailboxes.StructuresAsync(renditions, extent, None);
            for (int i = 0; i < 20; i++)
            {
                Assert.True(StructureCodec.TryDecodeEnvelope(stored[i], out MessageEnvelope? envelope));
                Assert.Equal($"number {19 - i}", envelope!.Subject);
                if (extent == StructureExtent.Whole)
                {
                    Assert.True(StructureCodec.TryDecode(stored[i], out MessageStructure? structure));
                    Assert.Equal((19 - i) % 3 == 0 ? 50 : 0, structure!.Root.Children.Length);
                }
            }
            Assert.True(stored[20].IsEmpty);
        }
    }

    [Fact]
    public async Task Headers_of_many_come_with_one_read_and_whole_messages_as_far_as_they_may_be_held()
    {
        await using TestStore test = await TestStore.OpenAsync();
        EntryId account = Samples.NewAccount();
        for (int i = 0; i < 20; i++)
            await test.DeliverAsync(Samples.Message($"number {i}", octets: i == 7 ? 100_000 : 30_000), account);
        List<RenditionId> renditions = [.. (await test.ViewAsync(account)).Entries.Select(static entry => entry.Rendition), new(1)];
        IReadOnlyList<MessageContent?> headers = await test.Mailboxes.ReadAsync(renditions, ContentExtent.Header, None);
        Assert.Equal(21, headers.Count);
        Assert.Null(headers[20]);
        for (int i = 0; i < 20; i++)
        {
            byte[] header = new byte[headers[i]!.HeaderOctets];
            for (int read = 0; read < header.Length;)
                read += await headers[i]!.ReadAsync(read, header.AsMemory(read), None);
            Assert.Equal($"Return-Path: <a@example.test>\r\nFrom: a@example.test\r\nTo: b@example.test\r\nSubject: number {i}\r\n\r\n", Encoding.ASCII.GetString(header));
        }
        List<MessageContent?> whole = [];
        while (whole.Count < 20)
        {
            IReadOnlyList<MessageContent?> some = await test.Mailboxes.ReadAsync([.. renditions.Skip(whole.Count)], ContentExtent.Whole, None);
            Assert.InRange(some.Count, 1, 15);
            whole.AddRange(some);
        }
        for (int i = 0; i < 20; i++)
            Assert.EndsWith("0123456789abcdef\r\n", await TestStore.TextAsync(whole[i]!), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Short_reads_of_many_at_once_tell_what_was_committed_before_and_fail_when_the_store_is_closed()
    {
        await using TestStore test = await TestStore.OpenAsync();
        EntryId account = Samples.NewAccount();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async number =>
        {
            for (int i = 1; i <= 25; i++)
            {
                await test.CommitAsync(Samples.Message(), new() { Local = [Samples.Delivery(account, folder: $"f{number}")] });
                Mailbox mailbox = (await test.Mailboxes.FindAsync(account, $"f{number}", None))!;
                Assert.Equal(i, (await test.Mailboxes.StatusAsync(mailbox.Id, None))!.Messages);
                Assert.Equal(i, (await test.Mailboxes.OpenAsync(mailbox.Id, None))!.Entries.Count);
                Assert.Contains(await test.Mailboxes.ListAsync(account, None), listed => listed.Id == mailbox.Id);
            }
        }));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => test.Mailboxes.ListAsync(account, new CancellationToken(canceled: true)));
        Assert.Equal(9, (await test.Mailboxes.ListAsync(account, None)).Count);
        await test.CloseAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => test.Mailboxes.ListAsync(account, None));
    }

    private static string ManyParts(string subject) =>
        $"Subject: {subject}\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" + string.Concat(Enumerable.Range(0, 50).Select(static part => $"--b\r\nContent-Disposition: attachment; filename=part-{part}\r\n\r\n{part}\r\n")) + "--b--\r\n";

    [Fact]
    public async Task Moving_is_one_change_and_needs_no_room_within_an_account()
    {
        await using TestStore test = await TestStore.OpenAsync();
        EntryId account = Samples.NewAccount();
        for (int i = 0; i < 3; i++)
            await test.DeliverAsync(Samples.Message($"number {i}"), account);
        await test.Mailboxes.CreateAsync(account, "there", None);
        MailboxView from = await test.ViewAsync(account);
        MailboxId there = (await test.ViewAsync(account, "there")).Mailbox.Id;
        Quota full = new(1, 3);
        CopyResult.Copied moved = Assert.IsType<CopyResult.Copied>(await test.Mailboxes.MoveAsync(from.Mailbox.Id, [new(1), new(3), new(9)], there, full, None));
        Assert.Equal([new(1), new(3)], moved.From);
        Assert.Equal([new(1), new(2)], moved.To);
        Assert.Equal([new Uid(2)], (await test.ViewAsync(account)).Entries.Select(static entry => entry.Uid));
        Assert.Equal([from.Entries[0].Rendition, from.Entries[2].Rendition], (await test.ViewAsync(account, "there")).Entries.Select(static entry => entry.Rendition));
        MailboxChanges changes = (await test.Mailboxes.ChangesAsync(from.Mailbox.Id, from.Status.HighestModSeq, None))!;
        Assert.Equal([new(1), new(3)], changes.Expunged);
        EntryId other = Samples.NewAccount();
        Mailbox inbox = await test.InboxAsync(other);
        Assert.IsType<CopyResult.OverQuota>(await test.Mailboxes.MoveAsync(there, [new(1)], inbox.Id, new(1, null), None));
        Assert.Equal(2, (await test.ViewAsync(account, "there")).Entries.Count);
        Assert.IsType<CopyResult.Copied>(await test.Mailboxes.MoveAsync(there, [new(1)], there, full, None));
        Assert.Equal([new(2), new(3)], (await test.ViewAsync(account, "there")).Entries.Select(static entry => entry.Uid));
    }

    [Fact]
    public async Task Flags_are_kept_when_the_entry_was_changed_since()
    {
        await using TestStore test = await TestStore.OpenAsync();
        EntryId account = Samples.NewAccount();
        await test.DeliverAsync(Samples.Message(), account);
        await test.DeliverAsync(Samples.Message(), account);
        MailboxView view = await test.ViewAsync(account);
        FlagChange change = new(FlagChangeKind.Add, new(SystemFlags.Seen, [])) { UnchangedSince = view.Entries[0].ModSeq };
        IReadOnlyList<MailboxEntry> stored = (await test.Mailboxes.StoreFlagsAsync(view.Mailbox.Id, [new(1), new(2)], change, None)).Entries;
        Assert.Equal(new Uid(1), Assert.Single(stored).Uid);
        Assert.Empty((await test.Mailboxes.StoreFlagsAsync(view.Mailbox.Id, [new(1), new(2)], change, None)).Entries);
        Assert.Equal([SystemFlags.Seen, SystemFlags.None], (await test.ViewAsync(account)).Entries.Select(static entry => entry.Flags.System));
    }
}
