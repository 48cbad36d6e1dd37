using DirMail.Mail;
using DirMail.Store;
using Microsoft.Extensions.Logging.Abstractions;

namespace DirMail.Unit.Store;

/// <summary>Mailboxes with readers besides their owner: one message, one set of flags, and a \Seen for each.</summary>
public sealed class SharedMailboxTests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly FlagChange s_seen = new(FlagChangeKind.Add, new(SystemFlags.Seen, []));
    private static readonly FlagChange s_unseen = new(FlagChangeKind.Remove, new(SystemFlags.Seen, []));

    private readonly EntryId _owner = Samples.NewAccount(), _bob = Samples.NewAccount(), _carol = Samples.NewAccount();

    [Fact]
    public async Task Two_readers_keep_apart_what_they_have_seen_of_one_stored_message()
    {
        await using TestStore test = await TestStore.OpenAsync();
        MailboxId team = await FilledAsync(test, 3);
        Perspective bob = new(team, _bob), carol = new(team, _carol);
        await test.Mailboxes.StoreFlagsAsync(bob, [new(1), new(2)], s_seen, None);
        await test.Mailboxes.StoreFlagsAsync(carol, [new(3)], s_seen, None);
        await test.Mailboxes.StoreFlagsAsync(team, [new(1), new(2), new(3)], s_seen, None);
        await test.Mailboxes.StoreFlagsAsync(team, [new(2)], s_unseen, None);
        Assert.Equal("1 2", await SeenAsync(test, bob));
        Assert.Equal("3", await SeenAsync(test, carol));
        Assert.Equal("1 3", await SeenAsync(test, team));
        Assert.Equal((1, 2, 1), (await UnseenAsync(test, bob), await UnseenAsync(test, carol), await UnseenAsync(test, team)));
        StoreStatistics statistics = await test.Store.StatisticsAsync(None);
        Assert.Equal((3, 3), (statistics.Contents, statistics.Entries));
    }

    [Fact]
    public async Task A_readers_mark_moves_the_mailboxs_modseq_and_is_told_to_the_reader_alone()
    {
        await using TestStore test = await TestStore.OpenAsync();
        MailboxId team = await FilledAsync(test, 2);
        Perspective bob = new(team, _bob), carol = new(team, _carol);
        ModSeq before = (await test.Mailboxes.StatusAsync(team, None))!.HighestModSeq;
        ModSeq told = (await test.Mailboxes.StoreFlagsAsync(bob, [new(2)], s_seen, None)).Entries[0].ModSeq;
        Assert.True(told.Value > before.Value);
        Assert.Equal(told, (await test.Mailboxes.StatusAsync(carol, None))!.HighestModSeq);
        MailboxEntry changed = Assert.Single((await test.Mailboxes.ChangesAsync(bob, before, None))!.Changed);
        Assert.Equal((2u, SystemFlags.Seen, told), (changed.Uid.Value, changed.Flags.System, changed.ModSeq));
        Assert.Empty((await test.Mailboxes.ChangesAsync(carol, before, None))!.Changed);
        Assert.Empty((await test.Mailboxes.ChangesAsync(team, before, None))!.Changed);
        // what is taken back is told, too; and the same again changes nothing
        await test.Mailboxes.StoreFlagsAsync(bob, [new(2)], s_unseen, None);
        Assert.Equal(SystemFlags.None, Assert.Single((await test.Mailboxes.ChangesAsync(bob, told, None))!.Changed).Flags.System);
        ModSeq last = (await test.Mailboxes.StatusAsync(team, None))!.HighestModSeq;
        await test.Mailboxes.StoreFlagsAsync(bob, [new(1), new(2)], s_unseen, None);
        Assert.Equal(last, (await test.Mailboxes.StatusAsync(team, None))!.HighestModSeq);
    }

    [Fact]
    public async Task Other_flags_are_everybodys_and_conditions_look_at_the_readers_view()
    {
        await using TestStore test = await TestStore.OpenAsync();
        MailboxId team = await FilledAsync(test, 1);
        Perspective bob = new(team, _bob);
        FlagChange both = new(FlagChangeKind.Add, new(SystemFlags.Seen | SystemFlags.Flagged, ["work"]));
        MailboxEntry stored = Assert.Single((await test.Mailboxes.StoreFlagsAsync(bob, [new(1)], both, None)).Entries);
        Assert.Equal(SystemFlags.Seen | SystemFlags.Flagged, stored.Flags.System);
        MailboxEntry owners = Assert.Single((await test.Mailboxes.OpenAsync(team, None))!.Entries);
        Assert.Equal((SystemFlags.Flagged, "work"), (owners.Flags.System, Assert.Single(owners.Flags.Keywords)));
        // the owner's MODSEQ is older than bob's
        Assert.True(owners.ModSeq.Value < stored.ModSeq.Value);
        Assert.Empty((await test.Mailboxes.StoreFlagsAsync(bob, [new(1)], s_unseen with { UnchangedSince = owners.ModSeq }, None)).Entries);
        Assert.Single((await test.Mailboxes.StoreFlagsAsync(bob, [new(1)], s_unseen with { UnchangedSince = stored.ModSeq }, None)).Entries);
        // without the right to other flags, \Seen alone is replaced
        FlagChange replace = new(FlagChangeKind.Replace, new(SystemFlags.Seen | SystemFlags.Deleted, [])) { Within = new(SystemFlags.Seen, false) };
        stored = Assert.Single((await test.Mailboxes.StoreFlagsAsync(bob, [new(1)], replace, None)).Entries);
        Assert.Equal((SystemFlags.Seen | SystemFlags.Flagged, 1), (stored.Flags.System, stored.Flags.Keywords.Length));
    }

    [Fact]
    public async Task What_a_reader_puts_in_is_seen_by_the_reader_and_copies_have_what_he_sees()
    {
        await using TestStore test = await TestStore.OpenAsync();
        MailboxId team = await FilledAsync(test, 1);
        MailboxId bobs = (await test.InboxAsync(_bob)).Id;
        Perspective bob = new(team, _bob);
        var mail = new NewMail(await test.ContentAsync(Samples.Message("from bob")), new(SystemFlags.Seen | SystemFlags.Answered, []), test.Clock.GetUtcNow());
        Assert.IsType<AppendResult.Appended>(await test.Mailboxes.AppendAsync(bob, [mail], Quota.None, None));
        Assert.Equal("2", await SeenAsync(test, bob));
        Assert.Equal("", await SeenAsync(test, team));
        await test.Mailboxes.CopyAsync(bob, [new(1), new(2)], bobs, FlagScope.All, Quota.None, None);
        Assert.Equal("2", await SeenAsync(test, bobs));
        await test.Mailboxes.MoveAsync(bobs, [new(2)], bob, FlagScope.All.Without(SystemFlags.Answered), Quota.None, None);
        MailboxEntry moved = (await test.Mailboxes.OpenAsync(bob, None))!.Entries[^1];
        Assert.Equal((3u, SystemFlags.Seen), (moved.Uid.Value, moved.Flags.System));
        Assert.Equal(2, await UnseenAsync(test, new(team, _carol)) - 1);
    }

    [Fact]
    public async Task Marks_go_with_their_messages_mailboxes_and_readers()
    {
        await using TestStore test = await TestStore.OpenAsync();
        MailboxId team = await FilledAsync(test, 4);
        Perspective bob = new(team, _bob), carol = new(team, _carol);
        foreach (Perspective reader in (Perspective[])[bob, carol])
            await test.Mailboxes.StoreFlagsAsync(reader, [new(1), new(2), new(3)], s_seen, None);
        await test.Mailboxes.RemoveAsync(team, [new(2)], None);
        Assert.Equal((3, 1), ((await test.Mailboxes.StatusAsync(bob, None))!.Messages, await UnseenAsync(test, bob)));
        Assert.True(await test.Store.Accounts.PurgeAsync(_carol, null, None));
        await test.Store.SweepAsync(None);
        Assert.Equal(3, await UnseenAsync(test, carol));
        Assert.Equal(MailboxResult.Done, await test.Mailboxes.DeleteAsync(_owner, "Team", None));
        await test.Store.SweepAsync(None);
        Assert.Null(await test.Mailboxes.StatusAsync(bob, None));
    }

    [Fact]
    public async Task Lists_name_who_may_and_are_found_by_those_they_name()
    {
        await using TestStore test = await TestStore.OpenAsync();
        MailboxId team = await FilledAsync(test, 1);
        Assert.Equal(MailboxResult.Done, await GiveAsync(test, team, _bob, Rights.Lookup | Rights.Read));
        Assert.Equal(MailboxResult.Done, await GiveAsync(test, team, Samples.Domain, Rights.Lookup));
        await test.Mailboxes.CreateAsync(_owner, "Team/below", None);
        IReadOnlyList<SharedMailbox> bobs = await test.Store.Access.ListAsync([_bob, Samples.Domain], [], None);
        Assert.Equal(["Team", "Team/below"], bobs.Select(static shared => shared.Mailbox.Name).Order());
        Assert.All(bobs, shared => Assert.Equal(Rights.Lookup | Rights.Read, shared.Access.RightsOf(_bob, [], shared.Owner)));
        Assert.Equal(2, (await test.Store.Access.ListAsync([], [_owner], None)).Count);
        Assert.True((await test.Mailboxes.FindAsync(_owner, "Team", None))!.IsShared);
        // nothing left: off the list; the owner stays on it, with less than he has without
        Assert.Equal(MailboxResult.Done, await GiveAsync(test, team, _bob, Rights.None));
        Assert.Equal(MailboxResult.Done, await GiveAsync(test, team, _owner, Rights.None));
        Assert.Equal([Samples.Domain, _owner], (await test.Store.Access.ReadAsync(team, None)).Entries.Select(static entry => entry.Subject).OrderBy(id => id == _owner));
        Assert.Equal(MailboxResult.NotFound, await GiveAsync(test, new(9999), _bob, Rights.Read));
        await test.Mailboxes.DeleteAsync(_owner, "Team", None);
        Assert.Equal(["Team/below"], (await test.Store.Access.ListAsync([_bob, Samples.Domain], [], None)).Select(static shared => shared.Mailbox.Name));
    }

    [Fact]
    public async Task An_heir_has_what_the_former_one_was_given_and_who_is_purged_is_on_no_list()
    {
        await using TestStore test = await TestStore.OpenAsync();
        MailboxId team = await FilledAsync(test, 1);
        EntryId heir = Samples.NewAccount();
        await test.InboxAsync(_bob);
        await test.InboxAsync(_carol);
        await GiveAsync(test, team, _bob, Rights.Lookup);
        await GiveAsync(test, team, _carol, Rights.Read);
        await test.Mailboxes.StoreFlagsAsync(new(team, _bob), [new(1)], s_seen, None);
        Assert.Equal(AdoptResult.Done, await test.Store.Accounts.AdoptAsync(_bob, heir, None));
        Assert.True(await test.Store.Accounts.PurgeAsync(_carol, null, None));
        AccessEntry only = Assert.Single((await test.Store.Access.ReadAsync(team, None)).Entries);
        Assert.Equal((heir, Rights.Lookup), (only.Subject, only.Granted));
        Assert.Equal("1", await SeenAsync(test, new(team, heir)));
        Assert.True(await test.Store.Accounts.PurgeAsync(_owner, null, None));
        Assert.Empty(await test.Store.Access.ListAsync([heir], [], None));
        await test.Store.SweepAsync(None);
    }

    [Fact]
    public async Task Messages_that_leave_a_renamed_inbox_take_their_readers_along()
    {
        await using TestStore test = await TestStore.OpenAsync();
        await test.DeliverAsync(Samples.Message(), _owner);
        Perspective bob = new((await test.InboxAsync(_owner)).Id, _bob);
        await test.Mailboxes.StoreFlagsAsync(bob, [new(1)], s_seen, None);
        Assert.Equal(MailboxResult.Done, await test.Mailboxes.RenameAsync(_owner, "INBOX", "Old", None));
        Assert.Equal("1", await SeenAsync(test, bob with { Mailbox = (await test.Mailboxes.FindAsync(_owner, "Old", None))!.Id }));
        Assert.Equal(0, await UnseenAsync(test, bob));
    }

    [Fact]
    public async Task A_backup_brings_lists_and_marks_back()
    {
        await using TestStore test = await TestStore.OpenAsync();
        MailboxId team = await FilledAsync(test, 2);
        await GiveAsync(test, team, _bob, Rights.Lookup);
        await test.Mailboxes.StoreFlagsAsync(new(team, _bob), [new(2)], s_seen, None);
        string target = Path.Combine(test.Settings.Folder, "copy");
        await test.Store.BackupAsync(target, null, None);
        StoreSettings other = test.Settings with { Folder = test.Settings.Folder + "-other" };
        await new Restore(target, other, test.Clock, NullLogger.Instance).RunAsync(None);
        await using (MessageStore store = await MessageStore.OpenAsync(other, test.Clock, NullLogger.Instance, None))
        {
            SharedMailbox shared = Assert.Single(await store.Access.ListAsync([_bob], [], None));
            Assert.Equal((team, Rights.Lookup), (shared.Mailbox.Id, shared.Access.RightsOf(_bob, [], _owner)));
            Assert.Equal(1, (await store.Mailboxes.StatusAsync(new Perspective(team, _bob), None))!.Unseen);
            Assert.Empty(await store.CheckAsync(None));
        }
        Directory.Delete(other.Folder, recursive: true);
    }

    [Theory]
    [InlineData("UPDATE reader SET seen = 7", "messages seen by a reader counted anew")]
    [InlineData("INSERT INTO reading (reader, uid, seen, modseq) SELECT id, 77, 0, 1 FROM reader", "reader's note without a message taken out")]
    [InlineData("UPDATE reading SET modseq = 99", "highest MODSEQ raised")]
    [InlineData("PRAGMA foreign_keys = OFF; INSERT INTO acl VALUES (77, x'00112233445566778899aabbccddeeff', 1, 0)", "rights without a mailbox taken out")]
    public async Task Damage_is_found_and_mended(string damage, string told)
    {
        await using TestStore test = await TestStore.OpenAsync();
        MailboxId team = await FilledAsync(test, 2);
        await test.Mailboxes.StoreFlagsAsync(new(team, _bob), [new(2)], s_seen, None);
        RepairTests.Damage(test, damage);
        Assert.NotEmpty(await test.Store.CheckAsync(None));
        Assert.Contains(await test.Store.RepairAsync(null, None), line => line.Contains(told, StringComparison.Ordinal));
        Assert.Empty(await test.Store.CheckAsync(None));
        Assert.Equal("2", await SeenAsync(test, new(team, _bob)));
    }

    private async Task<MailboxId> FilledAsync(TestStore test, int messages)
    {
        await test.Mailboxes.CreateAsync(_owner, "Team", None);
        MailboxId team = (await test.Mailboxes.FindAsync(_owner, "Team", None))!.Id;
        for (int i = 0; i < messages; i++)
            await test.Mailboxes.AppendAsync(team, await test.ContentAsync(Samples.Message($"{i}")), MessageFlags.None, test.Clock.GetUtcNow(), Quota.None, None);
        return team;
    }

    private static Task<MailboxResult> GiveAsync(TestStore test, MailboxId mailbox, EntryId subject, Rights rights) =>
        test.Store.Access.ChangeAsync(mailbox, new(subject, FlagChangeKind.Replace, rights, IsDenial: false, Rights.None), None);

    /// <summary>UIDs of those that are \Seen.</summary>
    private static async Task<string> SeenAsync(TestStore test, Perspective view) =>
        string.Join(' ', (await test.Mailboxes.OpenAsync(view, None))!.Entries.Where(static entry => entry.Flags.System.HasFlag(SystemFlags.Seen)).Select(static entry => entry.Uid));

    private static async Task<int> UnseenAsync(TestStore test, Perspective view) => (await test.Mailboxes.StatusAsync(view, None))!.Unseen;
}
