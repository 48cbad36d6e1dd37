using DirMail.Mail;
using DirMail.Store;
using DirMail.Transfer;
using static DirMail.Unit.Routing.ExampleDirectory;

namespace DirMail.Unit.Transfer;

/// <summary>Mail into the folder of a group (mailDeliveryOption: shared), and what becomes of the folder.</summary>
public sealed class SharedFolderTests
{
    private const string Crew = "cn=crew,ou=Groups,o=bcd.com,o=hosting";
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Mail_for_a_group_lies_once_in_its_folder_and_counts_for_the_domain()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        room.Store.Accounts.NameOf = entry => new(room.Directory.Table.NameOf(entry)!);
        room.Directory.AddGroup("crew", "bcd.com", ("mailDeliveryOption", "shared"), ("uniqueMember", UserDn("alice", "bcd.com")), ("uniqueMember", UserDn("bob", "bcd.com")));
        Assert.IsType<AcceptResult.Accepted>(await room.AcceptAsync("x@xyz.test", ["crew@bcd.com"]));
        Assert.Equal(1, (await FolderAsync(room))!.Status.Messages);
        Assert.Empty(await room.InboxAsync("alice", "bcd.com"));
        Assert.Empty(await room.QueueAsync());
        StoredAccount account = (await room.Store.Accounts.FindAsync(IdOf(Crew), None))!;
        Assert.Equal(("crew@bcd.com", room.Directory.Domain("bcd.com").Id, 1), (account.Name, account.Domain, account.Messages));
        DomainStatistics domain = Assert.Single(await room.Store.DomainStatisticsAsync(None), static domain => domain.Domain == "bcd.com");
        Assert.Equal((1, 1), (domain.Entries, domain.Contents));
    }

    [Fact]
    public async Task Members_have_theirs_beside_the_folder_of_one_stored_message()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        room.Directory.AddGroup("crew", "bcd.com", ("mailDeliveryOption", "shared"), ("mailDeliveryOption", "members"), ("uniqueMember", UserDn("alice", "bcd.com")), ("mgrpRFC822MailMember", "x@far.test"));
        await room.AcceptAsync("x@xyz.test", ["crew@bcd.com"]);
        Assert.Equal(1, (await FolderAsync(room))!.Status.Messages);
        Assert.Single(await room.InboxAsync("alice", "bcd.com"));
        Assert.Equal("x@far.test", Assert.Single(Assert.Single(await room.QueueAsync()).Recipients).Recipient.Final.ToString());
        Assert.Equal(1, (await room.Store.StatisticsAsync(None)).Contents);
    }

    [Fact]
    public async Task A_full_domain_keeps_the_folders_copy_waiting_and_sends_nothing_twice()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        room.Directory.AddGroup("crew", "bcd.com", ("mailDeliveryOption", "shared"), ("mailDeliveryOption", "members"), ("mgrpRFC822MailMember", "x@far.test"));
        room.Directory.Set("o=bcd.com,o=hosting", "mailDomainMsgQuota", "0");
        await room.AcceptAsync("x@xyz.test", ["crew@bcd.com"]);
        Assert.NotEqual(1, (await FolderAsync(room))?.Status.Messages);
        room.Directory.Set("o=bcd.com,o=hosting", "mailDomainMsgQuota", "10");
        room.Out.Answer(new Outcome.Delivered("", "taken"));
        room.StartScheduler();
        Assert.Equal("x@far.test", (await room.Out.AttemptAsync()).Recipients[0].Recipient.Final.ToString());
        room.Clock.Advance(TimeSpan.FromHours(1));
        using var limit = new CancellationTokenSource(TransferRoom.Soon);
        while ((await room.QueueAsync()).Count > 0)
            await Task.Delay(5, limit.Token);
        Assert.Equal(1, (await FolderAsync(room))!.Status.Messages);
        Assert.False(room.Out.HasAttempt);
    }

    [Fact]
    public async Task Junk_for_a_group_lies_in_its_tree()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        room.Directory.AddGroup("crew", "bcd.com", ("mailDeliveryOption", "shared"));
        Assert.IsType<AcceptResult.Accepted>(await room.AcceptAsync("x@xyz.test", ["crew@bcd.com"], fields: JunkMark.Line("dmarc")));
        Assert.NotNull(await room.Store.Access.FindAsync(IdOf(Crew), "INBOX/Junk", None));
        Assert.Equal(0, (await FolderAsync(room))!.Status.Messages);
    }

    [Fact]
    public async Task A_group_that_is_gone_keeps_its_folder_for_the_grace_and_one_that_is_there_for_ever()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        room.Services = room.Services with { Settings = room.Services.Settings with { Grace = TimeSpan.FromDays(30) } };
        await using var gone = new GoneAccounts(room.Services);
        room.Directory.Live.Age.InStep();
        room.Directory.AddGroup("crew", "bcd.com", ("mailDeliveryOption", "shared"));
        await room.AcceptAsync("x@xyz.test", ["crew@bcd.com"]);
        await gone.LookAsync(None);
        room.Clock.Advance(TimeSpan.FromDays(40));
        await gone.LookAsync(None);
        Assert.Null((await room.Store.Accounts.FindAsync(IdOf(Crew), None))!.GoneSince);
        room.Directory.Remove(Crew);
        await gone.LookAsync(None);
        Assert.NotNull((await room.Store.Accounts.FindAsync(IdOf(Crew), None))!.GoneSince);
        room.Clock.Advance(TimeSpan.FromDays(31));
        await gone.LookAsync(None);
        Assert.Null(await room.Store.Accounts.FindAsync(IdOf(Crew), None));
    }

    private static async Task<MailboxView?> FolderAsync(TransferRoom room) =>
        await room.Store.Access.FindAsync(IdOf(Crew), "INBOX", None) is { } folder ? await room.Store.Mailboxes.OpenAsync(folder.Mailbox.Id, None) : null;
}
