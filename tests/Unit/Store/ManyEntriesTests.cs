using DirMail.Mail;
using DirMail.Store;

namespace DirMail.Unit.Store;

public sealed class ManyEntriesTests
{
    private static CancellationToken None => CancellationToken.None;

    [Fact]
    public async Task Large_changes_run_in_slices_and_miss_none()
    {
        await using TestStore test = await TestStore.OpenAsync();
        EntryId account = Samples.NewAccount();
        (MailboxId inbox, Uid[] all) = await ManyAsync(test, account, 3000);
        ModSeq before = (await test.ViewAsync(account)).Status.HighestModSeq;
        StoredFlags stored = await test.Mailboxes.StoreFlagsAsync(inbox, all, new(FlagChangeKind.Add, new(SystemFlags.Deleted, [])), None);
        Assert.Equal(all, stored.Entries.Select(static entry => entry.Uid));
        Assert.Equal([new(before.Value + 1), new ModSeq(before.Value + 2)], stored.Given);
        Assert.Equal(3000, (await test.ViewAsync(account)).Status.Deleted);
        Assert.Equal(all, await test.Mailboxes.ExpungeAsync(inbox, null, None));
        Assert.Equal(0, (await test.ViewAsync(account)).Status.Messages);
        Assert.Equal(all, (await test.Mailboxes.ChangesAsync(inbox, before, None))!.Expunged);
    }

    [Theory]
    [InlineData(FlagChangeKind.Add)]
    [InlineData(FlagChangeKind.Remove)]
    [InlineData(FlagChangeKind.Replace)]
    public async Task Flags_of_many_are_as_asked_whatever_they_were(FlagChangeKind kind)
    {
        await using TestStore test = await TestStore.OpenAsync();
        EntryId account = Samples.NewAccount();
        (MailboxId inbox, Uid[] all) = await ManyAsync(test, account, 200);
        // neighbours that are alike and neighbours that are not, gaps, and some that are not asked for
        var random = new Random(7);
        foreach (string[] keywords in (string[][])[[], ["a"], ["a", "b"]])
            await test.Mailboxes.StoreFlagsAsync(inbox, [.. all.Where(_ => random.Next(3) == 0)], new(FlagChangeKind.Replace, new((SystemFlags)random.Next(32), [.. keywords])), None);
        await test.Mailboxes.RemoveAsync(inbox, [.. all.Where(static uid => uid.Value % 50 is 0 or 1 or 7)], None);
        Dictionary<Uid, MailboxEntry> before = (await test.ViewAsync(account)).Entries.ToDictionary(static entry => entry.Uid);
        Uid[] asked = [.. all.Where(static uid => uid.Value > 10 && uid.Value % 9 != 0)];
        StoredFlags stored = await test.Mailboxes.StoreFlagsAsync(inbox, asked, new(kind, new(SystemFlags.Seen | SystemFlags.Flagged, ["B"])), None);
        MailboxView after = await test.ViewAsync(account);
        Assert.Equal(asked.Where(before.ContainsKey), stored.Entries.Select(static entry => entry.Uid));
        foreach (MailboxEntry entry in after.Entries)
        {
            MessageFlags was = before[entry.Uid].Flags;
            SystemFlags both = SystemFlags.Seen | SystemFlags.Flagged;
            string[] others = [.. was.Keywords.Where(static keyword => keyword != "b")];
            (SystemFlags system, string[] keywords) = !asked.Contains(entry.Uid) ? (was.System, [.. was.Keywords])
                : kind == FlagChangeKind.Add ? (was.System | both, [.. others, "b"])
                : kind == FlagChangeKind.Remove ? (was.System & ~both, others) : (both, new[] { "b" });
            Assert.Equal((system, string.Join(' ', keywords)), (entry.Flags.System, string.Join(' ', entry.Flags.Keywords).ToLowerInvariant()));
            bool isChanged = system != was.System || !keywords.Order().SequenceEqual(was.Keywords.Order());
            Assert.Equal(isChanged ? Assert.Single(stored.Given) : before[entry.Uid].ModSeq, entry.ModSeq);
        }
    }

    [Fact]
    public async Task A_mailbox_opened_again_is_as_it_is_now()
    {
        await using TestStore test = await TestStore.OpenAsync();
        EntryId account = Samples.NewAccount();
        (MailboxId inbox, Uid[] all) = await ManyAsync(test, account, 600);
        var random = new Random(3);
        for (int round = 0; round < 12; round++)
        {
            Uid[] some = [.. all.Where(_ => random.Next(round % 3 == 0 ? 2 : 40) == 0)];
            MailboxView before = (await test.Mailboxes.OpenAsync(inbox, None))!;
            string was = Written(before.Entries);
            await test.Mailboxes.StoreFlagsAsync(inbox, some, new(FlagChangeKind.Replace, new((SystemFlags)random.Next(32), [$"k{random.Next(3)}"])), None);
            if (round % 2 == 0)
                await test.Mailboxes.RemoveAsync(inbox, [.. all.Where(_ => random.Next(60) == 0)], None);
            if (round % 3 == 0)
                await test.DeliverAsync(Samples.Message(), account);
            MailboxView now = (await test.Mailboxes.OpenAsync(inbox, None))!;
            MailboxChanges everything = (await test.Mailboxes.ChangesAsync(inbox, new(0), None))!;
            Assert.Equal(everything.Status, now.Status);
            Assert.Equal(Written(everything.Changed), Written(now.Entries));
            Assert.Equal(was, Written(before.Entries));
        }
    }

    private static string Written(IReadOnlyList<MailboxEntry> entries) =>
        string.Join('\n', entries.Select(static entry => $"{entry.Uid} {entry.Rendition} {entry.Flags.System} {string.Join(' ', entry.Flags.Keywords)} {entry.ModSeq} {entry.Octets} {entry.InternalDate} {entry.Saved:O}"));

    /// <summary>An inbox of so many messages of one content.</summary>
    private static async Task<(MailboxId Inbox, Uid[] Uids)> ManyAsync(TestStore test, EntryId account, int count)
    {
        await test.DeliverAsync(Samples.Message(), account);
        MailboxId inbox = (await test.InboxAsync(account)).Id;
        for (int have = 1; have < count;)
        {
            int more = Math.Min(have, count - have);
            await test.Mailboxes.CopyAsync(inbox, [.. Enumerable.Range(1, more).Select(static uid => new Uid((uint)uid))], inbox, Quota.None, None);
            have += more;
        }
        return (inbox, [.. Enumerable.Range(1, count).Select(static uid => new Uid((uint)uid))]);
    }
}
