using DirMail.Mail;
using DirMail.Store;
using DirMail.Transfer;
using DirMail.Unit.Routing;

namespace DirMail.Unit.Transfer;

public sealed class AcceptTests
{
    [Fact]
    public async Task A_local_copy_begins_with_return_path_and_received()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        Assert.IsType<AcceptResult.Accepted>(await room.AcceptAsync("x@xyz.test", ["carol@cde.com"]));
        string text = Assert.Single(await room.InboxAsync("carol", "cde.com"));
        Assert.StartsWith("Return-Path: <x@xyz.test>\r\nReceived: from mx.xyz.test ([192.0.2.1])\r\n\tby mail.bcd.com (DirMail) with ESMTP\r\n\tid ", text, StringComparison.Ordinal);
        Assert.Contains("\r\n\tfor <carol@cde.com>;\r\n\t", text, StringComparison.Ordinal);
        Assert.EndsWith("From: x@xyz.test\r\nSubject: test\r\n\r\nText.\r\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Message-ID", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Several_recipients_are_not_named_to_each_other_and_share_one_content()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        await room.AcceptAsync("x@xyz.test", ["carol@cde.com", "bob@cde.com", "hostmaster@abc.com"]);
        Assert.DoesNotContain("for <", Assert.Single(await room.InboxAsync("carol", "cde.com")), StringComparison.Ordinal);
        Assert.Single(await room.InboxAsync("bob", "cde.com"));
        Assert.Equal(1, (await room.Store.StatisticsAsync(CancellationToken.None)).Contents);
    }

    [Fact]
    public async Task Own_mail_leaves_as_its_user_with_the_headers_it_lacked()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        await room.AcceptAsync("alice@bcd.com", ["x1@xyz.test", "x2@xyz.test", "y@other.test"], room.By("alice", "bcd.com"));
        IReadOnlyList<QueueRow> rows = await room.QueueAsync();
        Assert.Equal(["other.test", "xyz.test"], rows.Select(static row => row.Message.Destination).Order());
        QueueRow row = rows.Single(static row => row.Message.Destination == "xyz.test");
        Assert.Equal(2, row.Recipients.Count);
        Assert.Equal("127.0.70.11", row.Message.Identity.V4?.ToString());
        Assert.Equal(room.Directory.Domain("bcd.com").Id, row.Message.Domain);
        string prefix = System.Text.Encoding.ASCII.GetString(row.Message.Prefix.Span);
        Assert.Contains("\r\nDate: ", prefix, StringComparison.Ordinal);
        Assert.Matches("Message-ID: <[0-9a-z]{13}@mail.bcd.com>", prefix);
        Assert.DoesNotContain("Return-Path", prefix, StringComparison.Ordinal);
    }

    /// <summary>A trusted network: as the domain it sends for, else as the host.</summary>
    [Theory]
    [InlineData("bcd.com", "127.0.70.1 mail.bcd.com")]
    [InlineData(null, " mail.abc.com")]
    public async Task Mail_of_a_trusted_network_leaves_as_its_domain_or_the_host(string? domain, string identity)
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        Origin origin = TransferRoom.Outside with { IsTrusted = true, Domain = domain is null ? null : room.Directory.Domain(domain).Id };
        Assert.IsType<AcceptResult.Accepted>(await room.AcceptAsync("printer@bcd.com", ["x1@xyz.test"], origin));
        QueueRow row = Assert.Single(await room.QueueAsync());
        Assert.Equal(identity, $"{row.Message.Identity.V4} {row.Message.Identity.HostName}");
    }

    [Fact]
    public async Task Nothing_is_kept_when_every_recipient_is_refused()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        var refused = Assert.IsType<AcceptResult.Refused>(await room.AcceptAsync("x@xyz.test", ["nobody@cde.com", "far@away.test"]));
        Assert.Equal(Responses.UnknownLocalPart, refused.Reply);
        Assert.Equal(0, (await room.Store.StatisticsAsync(CancellationToken.None)).Contents);
    }

    [Fact]
    public async Task Refused_meanwhile_waits_or_is_returned_while_the_others_are_delivered()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        room.Directory.Set("o=bcd.com,o=hosting", "mailDomainStatus", "inactive");
        await room.AcceptAsync("x@xyz.test", ["carol@cde.com", "admin@bcd.com", "nobody@cde.com"]);
        Assert.Single(await room.InboxAsync("carol", "cde.com"));
        IReadOnlyList<QueueRow> rows = await room.QueueAsync();
        Assert.Equal("admin@bcd.com", rows.Single(static row => row.Message.Channel == "local").Recipients[0].Recipient.Final.ToString());
        Assert.Equal("nobody@cde.com", rows.Single(static row => row.Message.Channel == "return").Recipients[0].Recipient.Final.ToString());
    }

    [Fact]
    public async Task Own_mail_to_a_suspended_domain_is_kept()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        room.Directory.Set("o=bcd.com,o=hosting", "mailDomainStatus", "inactive");
        Assert.IsType<AcceptResult.Accepted>(await room.AcceptAsync("carol@cde.com", ["admin@bcd.com"], room.By("carol", "cde.com")));
        Assert.Equal("local", Assert.Single(await room.QueueAsync()).Message.Channel);
    }

    [Theory]
    [InlineData("mailDomainMsgQuota", "1")]
    [InlineData("mailDomainDiskQuota", "300")]
    public async Task A_full_domain_refuses_mail_from_outside_and_lets_own_mail_wait(string attribute, string value)
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        room.Directory.Set("o=cde.com,o=hosting", attribute, value);
        Assert.IsType<AcceptResult.Accepted>(await room.AcceptAsync("x@xyz.test", ["carol@cde.com"]));
        var refused = Assert.IsType<AcceptResult.Refused>(await room.AcceptAsync("x@xyz.test", ["bob@cde.com"]));
        Assert.Equal(Responses.Overquota, refused.Reply);
        Assert.Empty(await room.QueueAsync());
        Assert.IsType<AcceptResult.Accepted>(await room.AcceptAsync("admin@bcd.com", ["bob@cde.com"], room.By("admin", "bcd.com")));
        Assert.Equal("local", Assert.Single(await room.QueueAsync()).Message.Channel);
        Assert.IsType<AcceptResult.Accepted>(await room.AcceptAsync("x@xyz.test", ["bob@cde.com", "admin@bcd.com"]));
        Assert.Single(await room.InboxAsync("admin", "bcd.com"));
        Assert.Empty(await room.InboxAsync("bob", "cde.com"));
    }

    /// <summary>LMTP: who is refused, or found full inside the commit, has an answer of his own, and no row here.</summary>
    [Fact]
    public async Task Each_recipient_has_an_answer_of_its_own_where_the_protocol_gives_one()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        room.Directory.Set("o=cde.com,o=hosting", "mailDomainMsgQuota", "1");
        room.Directory.Set("o=abc.com,o=hosting", "mailDomainStatus", "inactive");
        Assert.Empty(await EachAsync(room, "carol@cde.com"));
        Assert.Equal(["carol@cde.com 452 4.2.2", "far@away.test 550 5.7.1", "hostmaster@abc.com 450 4.2.1", "nobody@cde.com 550 5.1.1"],
            await EachAsync(room, "admin@bcd.com", "carol@cde.com", "nobody@cde.com", "hostmaster@abc.com", "far@away.test"));
        Assert.Equal(["bob@cde.com 452 4.2.2", "nobody@cde.com 550 5.1.1"], await EachAsync(room, "bob@cde.com", "nobody@cde.com"));
        Assert.Single(await room.InboxAsync("carol", "cde.com"));
        Assert.Single(await room.InboxAsync("admin", "bcd.com"));
        Assert.Empty(await room.QueueAsync());
        Assert.Equal(2, (await room.Store.StatisticsAsync(CancellationToken.None)).Contents);
    }

    private static async Task<string[]> EachAsync(TransferRoom room, params string[] to)
    {
        var accepted = Assert.IsType<AcceptResult.Accepted>(await room.AcceptAsync("x@xyz.test", to, TransferRoom.Outside with { Protocol = "LMTP" }, answersEach: true));
        return [.. accepted.NotTaken.Select(refused => $"{refused.Key} {refused.Value.Code} {refused.Value.Status}").Order(StringComparer.Ordinal)];
    }

    [Fact]
    public async Task A_user_suspended_while_sending_sends_nothing()
    {
        await using TransferRoom room = await TransferRoom.OpenAsync();
        Origin origin = room.By("carol", "cde.com");
        room.Directory.Set(ExampleDirectory.UserDn("carol", "cde.com"), "mailUserStatus", "inactive");
        var refused = Assert.IsType<AcceptResult.Refused>(await room.AcceptAsync("carol@cde.com", ["x@xyz.test"], origin));
        Assert.Equal(Responses.StateChanged, refused.Reply);
    }

    [Theory]
    [InlineData("mx.test", "mx.test")]
    [InlineData("evil\r\nX-Header: 1", "evil??X-Header:?1")]
    [InlineData("a(b)c", "a?b?c")]
    [InlineData("", "unknown")]
    public void What_a_client_claims_cannot_become_a_header(string claimed, string shown)
    {
        string line = Trace.Received(TransferRoom.Outside with { ClientName = claimed }, default, default, null);
        Assert.StartsWith($"Received: from {shown} (", line, StringComparison.Ordinal);
    }
}
