using DirMail.Mail;
using DirMail.Store;
using DirMail.Transfer;
using DirMail.Unit.Routing;
using static DirMail.Unit.Routing.ExampleDirectory;

namespace DirMail.Unit.Transfer;

/// <summary>Mail of replaced entries on a real store: kept, waiting, and delivered after the mailbox was given over or set aside.</summary>
public class AdoptionTests
{
    private static readonly string Carol = UserDn("carol", "cde.com");
    private const string Crew = "cn=crew,ou=Groups,o=bcd.com,o=hosting";
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory]
    [InlineData(false, 2)]
    [InlineData(true, 1)]
    public async Task Mail_waits_for_a_replaced_entry_and_comes_after_adoption(bool fresh, int messages)
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        await using var adoption = new Adoption(room.Services);
        Assert.IsType<AcceptResult.Accepted>(await room.AcceptAsync("x1@xyz.test", ["carol@cde.com"]));
        EntryId heir = room.Directory.Replace(Carol);
        Assert.Equal(Responses.DirectoryProblem, Assert.IsType<AcceptResult.Refused>(await room.AcceptAsync("x1@xyz.test", ["carol@cde.com"])).Reply);
        Assert.IsType<AcceptResult.Accepted>(await room.AcceptAsync("alice@bcd.com", ["carol@cde.com"], room.By("alice", "bcd.com")));
        Assert.Single(await room.QueueAsync());

        room.StartScheduler();
        StoredAccount orphan = Assert.Single(await adoption.OrphansAsync(10, None));
        Assert.Equal(("carol@cde.com", IdOf(Carol), 1L), (orphan.Name, orphan.Entry, orphan.Messages));
        Assert.Equal(AdoptionResult.Done, await adoption.AdoptAsync(heir, fresh, None));
        await room.TrailAsync("finished");
        Assert.Equal(messages, await CountAsync(room, heir));
        Assert.Empty(await room.QueueAsync());
        Assert.Equal(fresh ? 1 : 0, (await adoption.OrphansAsync(10, None)).Count);
        Assert.Equal(AdoptionResult.NothingToAdopt, await adoption.AdoptAsync(heir, fresh, None));
    }

    [Fact]
    public async Task Who_follows_a_user_without_mail_does_not_wait()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        await using var adoption = new Adoption(room.Services);
        adoption.Start();
        await room.Store.Mailboxes.ListAsync(IdOf(Carol), None);
        var settled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        room.Directory.Live.Changed += change =>
        {
            if (change.Table.NotAdopted.Count == 0 && change.Table.FindUser(change.Table.FindDomain("cde.com")!, "carol") is not null)
                settled.TrySetResult();
        };
        room.Directory.Replace(Carol);
        await settled.Task.WaitAsync(TransferRoom.Soon);
        Assert.IsType<AcceptResult.Accepted>(await room.AcceptAsync("x1@xyz.test", ["carol@cde.com"]));
    }

    [Fact]
    public async Task After_a_start_the_store_tells_who_was_here_before()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        await using (new Adoption(room.Services))
            Assert.IsType<AcceptResult.Accepted>(await room.AcceptAsync("x1@xyz.test", ["carol@cde.com"]));

        // the directory was reloaded while no server ran
        var heir = new EntryId(Guid.NewGuid());
        Adoption adoption = null!;
        ExampleDirectory Started() => Load(beforeFirst: directory =>
        {
            directory.ReplaceBeforeLoad(Carol, heir);
            adoption = new Adoption(room.Services with { Live = directory.Live });
        });

        ExampleDirectory first = Started();
        await using (adoption)
        {
            Assert.StartsWith("451 4.3.5", ResolveTests.Answer(first, "carol@cde.com"));
            // a crash between the store's commit and the table: the commit alone
            Assert.Equal(AdoptResult.Done, await room.Store.Accounts.AdoptAsync(IdOf(Carol), heir, None));
        }
        ExampleDirectory second = Started();
        await using (adoption)
            Assert.StartsWith("250", ResolveTests.Answer(second, "carol@cde.com"));
        Assert.Equal(1, await CountAsync(room, heir));
    }

    [Theory]
    [InlineData(false, 2)]
    [InlineData(true, 1)]
    public async Task A_group_made_anew_gets_the_folders_that_were_its_predecessors(bool fresh, int messages)
    {
        ExampleDirectory directory = Load();
        directory.AddGroup("crew", "bcd.com", ("mailDeliveryOption", "shared"));
        await using TransferRoom room = await TransferRoom.OpenAsync(directory);
        await using var adoption = new Adoption(room.Services);
        Assert.IsType<AcceptResult.Accepted>(await room.AcceptAsync("x1@xyz.test", ["crew@bcd.com"]));
        EntryId heir = directory.Replace(Crew);
        Assert.Equal(Responses.DirectoryProblem, Assert.IsType<AcceptResult.Refused>(await room.AcceptAsync("x1@xyz.test", ["crew@bcd.com"])).Reply);
        Assert.IsType<AcceptResult.Accepted>(await room.AcceptAsync("alice@bcd.com", ["crew@bcd.com"], room.By("alice", "bcd.com")));
        room.StartScheduler();
        StoredAccount orphan = Assert.Single(await adoption.OrphansAsync(10, None));
        Assert.Equal(("crew@bcd.com", IdOf(Crew), true), (orphan.Name, orphan.Entry, orphan.IsGroup));
        Assert.Equal(AdoptionResult.Done, await adoption.AdoptAsync(heir, fresh, None));
        await room.TrailAsync("finished");
        Assert.Equal(messages, await CountAsync(room, heir));
        Assert.Empty(await room.QueueAsync());
    }

    [Fact]
    public async Task After_a_start_a_group_is_still_told_from_a_user()
    {
        ExampleDirectory before = Load();
        before.AddGroup("crew", "bcd.com", ("mailDeliveryOption", "shared"));
        await using TransferRoom room = await TransferRoom.OpenAsync(before);
        await using (new Adoption(room.Services))
            Assert.IsType<AcceptResult.Accepted>(await room.AcceptAsync("x1@xyz.test", ["crew@bcd.com"]));

        // the group was made anew while no server ran; then a user in its place
        foreach (bool isGroup in (bool[])[true, false])
        {
            Adoption adoption = null!;
            ExampleDirectory after = Load(beforeFirst: directory => adoption = new Adoption(room.Services with { Live = directory.Live }));
            await using (adoption)
            {
                if (isGroup)
                    after.AddAnother(before.Entry(Crew));
                else
                    after.AddUser("crew", "bcd.com");
                Assert.StartsWith(isGroup ? "451 4.3.5" : "250", ResolveTests.Answer(after, "crew@bcd.com"));
            }
        }
    }

    [Fact]
    public async Task An_heir_with_mail_of_its_own_keeps_it()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        await using var adoption = new Adoption(room.Services);
        await room.AcceptAsync("x1@xyz.test", ["carol@cde.com"]);
        EntryId heir = room.Directory.Replace(Carol);
        await room.Store.Mailboxes.CreateAsync(heir, "Own", None);
        Assert.Equal(AdoptionResult.HasMailOfItsOwn, await adoption.AdoptAsync(heir, fresh: false, None));
        Assert.StartsWith("451 4.3.5", ResolveTests.Answer(room.Directory, "carol@cde.com"));
        Assert.Equal(AdoptionResult.Done, await adoption.AdoptAsync(heir, fresh: true, None));
        Assert.StartsWith("250", ResolveTests.Answer(room.Directory, "carol@cde.com"));
    }

    [Fact]
    public async Task An_empty_inbox_of_the_heir_makes_way()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        await using var adoption = new Adoption(room.Services);
        await room.AcceptAsync("x1@xyz.test", ["carol@cde.com"]);
        EntryId heir = room.Directory.Replace(Carol);
        await room.Store.Mailboxes.ListAsync(heir, None);
        Assert.Equal(AdoptionResult.Done, await adoption.AdoptAsync(heir, fresh: false, None));
        Assert.Equal(1, await CountAsync(room, heir));
    }

    private static async Task<int> CountAsync(TransferRoom room, EntryId user)
    {
        Mailbox inbox = (await room.Store.Mailboxes.FindAsync(user, "INBOX", None))!;
        return (await room.Store.Mailboxes.OpenAsync(inbox.Id, None))!.Entries.Count;
    }
}
