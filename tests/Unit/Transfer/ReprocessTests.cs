using DirMail.Mail;
using DirMail.Store;
using DirMail.Transfer;
using DirMail.Unit.Routing;
using DirMail.Unit.Wire;

namespace DirMail.Unit.Transfer;

public sealed class ReprocessTests
{
    private static readonly Origin Sendmail = new() { Protocol = "local", ByHost = "mail.abc.com", IsTrusted = true };

    [Theory]
    [InlineData("Yes")]
    [InlineData("after auth")]
    public async Task A_group_that_asks_for_it_is_expanded_after_its_mail_was_taken(string value)
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        room.Directory.AddGroup("later", "cde.com", ("mailDeferProcessing", value), ("mgrpRFC822MailMember", "carol@cde.com"), ("mgrpRFC822MailMember", "far@xyz.test"));
        Assert.IsType<AcceptResult.Accepted>(await room.AcceptAsync("bob@bcd.com", ["later@cde.com"], room.By("bob", "bcd.com")));
        QueueRow row = Assert.Single(await room.QueueAsync());
        Assert.Equal(ChannelNames.Reprocess, row.Message.Channel);
        Assert.Empty(await room.InboxAsync("carol", "cde.com"));

        // who is a member is asked when it is expanded
        room.Directory.Set("cn=later,ou=Groups,o=cde.com,o=hosting", "mgrpRFC822MailMember", "carol@cde.com", "near@xyz.test");
        room.StartScheduler();
        QueueRow leaves = await room.Out.AttemptAsync();
        Assert.Equal(("near@xyz.test", "127.0.70.2"), (leaves.Recipients[0].Recipient.Final.ToString(), leaves.Message.Identity.V4?.ToString()));
        Assert.Equal("bob@bcd.com", leaves.Message.Sender.ToString());
        room.Out.Answer(new Outcome.Delivered("mx", "250"));
        await UntilEmptyAsync(room);
        Assert.Single(await room.InboxAsync("carol", "cde.com"));
    }

    [Fact]
    public async Task Groups_that_defer_and_hold_each_other_are_cut_and_nobody_gets_a_message_twice()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        room.Directory.AddGroup("one", "cde.com", ("mgrpRFC822MailMember", "two@cde.com"), ("mgrpRFC822MailMember", "carol@cde.com"));
        room.Directory.AddGroup("two", "cde.com", ("mailDeferProcessing", "Yes"), ("mgrpRFC822MailMember", "one@cde.com"), ("mgrpRFC822MailMember", "bob@cde.com"));
        await room.AcceptAsync("x@xyz.test", ["one@cde.com"]);
        Assert.Single(await room.InboxAsync("carol", "cde.com"));
        room.StartScheduler();
        await UntilEmptyAsync(room);
        Assert.Single(await room.InboxAsync("carol", "cde.com"));
        Assert.Single(await room.InboxAsync("bob", "cde.com"));
    }

    [Fact]
    public async Task A_user_that_defers_gets_the_mail_a_moment_later()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        room.Directory.Set("uid=carol,ou=People,o=cde.com,o=hosting", "mailDeferProcessing", "Yes");
        await room.AcceptAsync("x@xyz.test", ["carol@cde.com", "bob@cde.com"]);
        Assert.Empty(await room.InboxAsync("carol", "cde.com"));
        Assert.Single(await room.InboxAsync("bob", "cde.com"));
        room.StartScheduler();
        await UntilEmptyAsync(room);
        Assert.Single(await room.InboxAsync("carol", "cde.com"));
    }

    [Fact]
    public async Task A_word_that_nobody_knows_defers_nothing_and_is_told()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        room.Directory.Set("uid=carol,ou=People,o=cde.com,o=hosting", "mailDeferProcessing", "sometimes");
        await room.AcceptAsync("x@xyz.test", ["carol@cde.com"]);
        Assert.Single(await room.InboxAsync("carol", "cde.com"));
        Assert.Contains(room.Directory.Table.Problems, p => p.Attribute == "mailDeferProcessing");
    }

    [Fact]
    public async Task A_group_that_is_gone_when_its_turn_comes_is_reported()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        room.Directory.AddGroup("later", "cde.com", ("mailDeferProcessing", "Yes"), ("mgrpRFC822MailMember", "carol@cde.com"));
        await room.AcceptAsync("bob@cde.com", ["later@cde.com"]);
        room.Directory.Remove("cn=later,ou=Groups,o=cde.com,o=hosting");
        room.StartScheduler();
        await UntilEmptyAsync(room);
        Assert.Contains("Status: 5.1.1\r\n", Assert.Single(await room.InboxAsync("bob", "cde.com")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_machine_itself_sends_before_a_directory_was_loaded_waits_for_it()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync(ExampleDirectory.NotLoaded());
        Assert.Equal(Responses.DirectoryNeverLoaded, Assert.IsType<AcceptResult.Refused>(await room.AcceptAsync("x@xyz.test", ["carol@cde.com"])).Reply);
        Assert.IsType<AcceptResult.Accepted>(await room.AcceptAsync("root@mail.abc.com", ["carol@cde.com", "far@xyz.test"], Sendmail));
        room.StartScheduler();
        Assert.Contains("deferred 4.3.0", await room.TrailAsync("attempted"), StringComparison.Ordinal);
        room.Directory.Reload();
        QueueRow leaves = await room.Out.AttemptAsync();
        Assert.Equal(("far@xyz.test", false), (leaves.Recipients[0].Recipient.Final.ToString(), leaves.Message.Identity.IsBound));
        room.Out.Answer(new Outcome.Delivered("mx", "250"));
        await UntilEmptyAsync(room);
        Assert.Single(await room.InboxAsync("carol", "cde.com"));
    }

    /// <summary>As decision 0003 has it for mail on hold, too; priorities (RFC 6710) do not change it.</summary>
    [Fact]
    public async Task What_waits_for_the_directory_comes_out_in_the_order_in_which_it_came()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync(ExampleDirectory.NotLoaded());
        for (int i = 0; i < 150; i++)
            await SentAsync(room, i);
        room.StartScheduler();
        for (int i = 0; i < 150; i++)
            await room.TrailAsync("attempted");
        room.Directory.Reload();
        await UntilEmptyAsync(room);
        Assert.Equal(Enumerable.Range(0, 150).Select(static i => $"n{i}"), HoldTests.Senders(await room.InboxAsync("carol", "cde.com")));
    }

    [Fact]
    public async Task Mail_for_who_defers_comes_out_in_the_order_in_which_it_came_whatever_its_priority()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        room.Directory.Set("uid=carol,ou=People,o=cde.com,o=hosting", "mailDeferProcessing", "Yes");
        for (int i = 0; i < 500; i++)
            await SentAsync(room, i);
        room.StartScheduler();
        for (int i = 500; i < 520; i++)
            await SentAsync(room, i);
        await UntilEmptyAsync(room);
        Assert.Equal(Enumerable.Range(0, 520).Select(static i => $"n{i}"), HoldTests.Senders(await room.InboxAsync("carol", "cde.com")));
    }

    private static async Task SentAsync(TransferRoom room, int number) => Assert.IsType<AcceptResult.Accepted>(
        await room.AcceptAsync($"n{number}@mail.abc.com", ["carol@cde.com"], Sendmail, wishes: number % 7 == 0 ? DeliveryWishes.None with { Priority = 3 } : null));

    [Fact]
    public async Task Mail_of_a_trusted_program_for_a_domain_leaves_as_that_domain_once_it_is_known()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync(ExampleDirectory.NotLoaded());
        await room.AcceptAsync("shop@cde.com", ["far@xyz.test"], Sendmail with { Domain = ExampleDirectory.IdOf("o=cde.com,o=hosting") });
        room.StartScheduler();
        await room.TrailAsync("attempted");
        room.Directory.Reload();
        Assert.Equal("127.0.70.2", (await room.Out.AttemptAsync()).Message.Identity.V4?.ToString());
        room.Out.Answer(new Outcome.Delivered("mx", "250"));
        await UntilEmptyAsync(room);
    }

    [Fact]
    public async Task A_report_made_while_no_directory_is_loaded_is_not_lost()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync(ExampleDirectory.NotLoaded());
        await room.AcceptAsync("carol@cde.com", ["far@xyz.test"], Sendmail);
        room.Clock.Advance(TimeSpan.FromDays(6));
        room.StartScheduler();
        Assert.Contains("failed", await room.TrailAsync("finished"), StringComparison.Ordinal);
        room.Directory.Reload();
        await UntilEmptyAsync(room);
        Assert.Contains("Final-Recipient: rfc822; far@xyz.test\r\n", Assert.Single(await room.InboxAsync("carol", "cde.com")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Past_the_hard_limit_the_same_mail_waits_until_the_directory_is_back()
    {
        var clock = new ManualClock();
        ExampleDirectory directory = ExampleDirectory.Load(ExampleDirectory.Settings with { HardLimit = TimeSpan.FromDays(1) }, clock);
        await using TransferRoom room = await TransferRoom.OpenAsync(directory);
        directory.Live.Age.InStep();
        directory.AddGroup("later", "cde.com", ("mailDeferProcessing", "Yes"), ("mgrpRFC822MailMember", "carol@cde.com"));
        Assert.IsType<AcceptResult.Accepted>(await room.AcceptAsync("bob@bcd.com", ["later@cde.com"], room.By("bob", "bcd.com")));
        directory.Live.Age.LostAt(clock.GetUtcNow());
        clock.Pass(TimeSpan.FromDays(2));

        Assert.Equal(Responses.DirectoryNeverLoaded, Assert.IsType<AcceptResult.Refused>(await room.AcceptAsync("x@xyz.test", ["carol@cde.com"])).Reply);
        Assert.IsType<AcceptResult.Accepted>(await room.AcceptAsync("root@mail.abc.com", ["carol@cde.com"], Sendmail));
        room.StartScheduler();
        Assert.Contains("deferred 4.3.0", await room.TrailAsync("attempted"), StringComparison.Ordinal);
        Assert.Contains("deferred 4.3.0", await room.TrailAsync("attempted"), StringComparison.Ordinal);

        directory.Live.Age.InStep();
        directory.Reload();
        await UntilEmptyAsync(room);
        Assert.Equal(2, (await room.InboxAsync("carol", "cde.com")).Length);
    }

    private static async Task UntilEmptyAsync(TransferRoom room)
    {
        while ((await room.QueueAsync()).Count > 0)
            await room.TrailAsync("finished");
    }
}
