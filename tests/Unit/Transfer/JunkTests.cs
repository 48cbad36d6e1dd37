using System.Text;
using DirMail.Mail;
using DirMail.Store;
using DirMail.Transfer;
using DirMail.Unit.Routing;

namespace DirMail.Unit.Transfer;

/// <summary>What checks marked goes to the mailbox for junk, once, by whatever way it comes there, and nobody answers it.</summary>
public sealed class JunkTests
{
    private const string Mark = "X-DirMail-Junk: dmarc\r\nAuthentication-Results: mail.bcd.com; dmarc=fail\r\n";

    [Fact]
    public async Task Junk_has_a_mailbox_of_its_own_made_when_it_is_missing()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        await room.AcceptAsync("x@xyz.test", ["bob@cde.com"], fields: Mark);
        await room.AcceptAsync("x@xyz.test", ["bob@cde.com"], fields: Mark);
        await room.AcceptAsync("x@xyz.test", ["bob@cde.com"], fields: "Authentication-Results: mail.bcd.com; dmarc=pass\r\n");
        Assert.Single(await room.InboxAsync("bob", "cde.com"));
        Assert.Equal(2, (await room.InboxAsync("bob", "cde.com", "Junk")).Length);
        Mailbox junk = Assert.Single(await room.Store.Mailboxes.ListAsync(room.Directory.User("bob", "cde.com").Id, CancellationToken.None), static mailbox => mailbox.SpecialUse == "\\Junk");
        Assert.Equal(("Junk", true), (junk.Name, junk.Subscribed));
    }

    /// <summary>As clients make it, under a name of their own language; or made by hand, without the use.</summary>
    [Theory]
    [InlineData("Werbung", "\\Junk", "Werbung")]
    [InlineData("Junk", null, "Junk")]
    [InlineData("Junk", "\\Archive", "Junk")]
    public async Task The_users_own_mailbox_for_it_is_taken(string name, string? use, string expected)
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        EntryId bob = room.Directory.User("bob", "cde.com").Id;
        Assert.Equal(MailboxResult.Done, await room.Store.Mailboxes.CreateAsync(bob, name, use, CancellationToken.None));
        await room.AcceptAsync("x@xyz.test", ["bob@cde.com"], fields: Mark);
        Assert.Single(await room.InboxAsync("bob", "cde.com", expected));
        Assert.Equal(use ?? "\\Junk", Assert.Single(await room.Store.Mailboxes.ListAsync(bob, CancellationToken.None), mailbox => mailbox.Name == expected).SpecialUse);
    }

    /// <summary>A report of success makes it a row of the queue; a group that defers has it resolved anew; a forward leads to another mailbox.</summary>
    [Fact]
    public async Task What_waits_for_its_mailbox_is_filed_as_well()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        room.Directory.AddGroup("later", "cde.com", ("mailDeferProcessing", "yes"), ("mgrpRFC822MailMember", "carol@cde.com"));
        await room.AcceptAsync("x@xyz.test", ["bob@cde.com", "later@cde.com"], change: static recipient => recipient with { Notify = Notify.Success }, fields: Mark);
        Assert.Empty(await room.InboxAsync("bob", "cde.com", "Junk"));
        room.StartScheduler();
        while ((await room.InboxAsync("bob", "cde.com", "Junk")).Length + (await room.InboxAsync("carol", "cde.com", "Junk")).Length < 2)
            await room.TrailAsync("finished");
        string message = Assert.Single(await room.InboxAsync("carol", "cde.com", "Junk"));
        Assert.Equal(2, message.Split("X-DirMail-Junk").Length);
        Assert.Empty(await room.InboxAsync("carol", "cde.com"));
        Assert.Empty(await room.InboxAsync("bob", "cde.com"));
    }

    [Fact]
    public async Task Who_is_away_does_not_answer_it()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        string alice = ExampleDirectory.UserDn("alice", "bcd.com");
        room.Directory.Set(alice, "vacationStartDate");
        room.Directory.Set(alice, "vacationEndDate");
        room.Directory.Set(alice, "mailDeliveryOption", "mailbox", "autoreply");
        await room.AcceptAsync("x@xyz.test", ["alice@bcd.com"], fields: Mark);
        Assert.Single(await room.InboxAsync("alice", "bcd.com", "Junk"));
        Assert.Empty(await room.QueueAsync());
        await room.AcceptAsync("x@xyz.test", ["alice@bcd.com"]);
        Assert.Equal(ChannelNames.Autoreply, Assert.Single(await room.QueueAsync()).Message.Channel);
    }

    /// <summary>A stranger may write the field into a message of his own: it is no word of ours.</summary>
    [Fact]
    public async Task The_field_in_the_message_itself_means_nothing()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        await using ContentWriter writer = room.Store.NewContent();
        await writer.WriteAsync(Encoding.ASCII.GetBytes(Mark + "From: x@xyz.test\r\n\r\nText.\r\n"), CancellationToken.None);
        var envelope = new Envelope { Sender = MailAddress.Parse("x@xyz.test"), Recipients = [new(MailAddress.Parse("bob@cde.com"))] };
        await room.Unit.AcceptAsync(new Submission(envelope, (await writer.CompleteAsync(CancellationToken.None))!, TransferRoom.Outside), CancellationToken.None);
        Assert.Single(await room.InboxAsync("bob", "cde.com"));
    }
}
