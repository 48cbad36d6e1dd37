using System.Text;
using DirMail.Mail;
using DirMail.Mail.Mime;
using DirMail.Store;

namespace DirMail.Unit.Store;

/// <summary>A prefix that stands in place of the content's header: one content, two messages.</summary>
public sealed class ChangedHeaderTests
{
    private const string Header = "From: a@example.test\r\nReply-To: me@example.test\r\nSubject: hello\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n";
    private const string Changed = "Return-Path: <a@example.test>\r\nReply-To: list@example.test\r\nX-New: yes\r\nFrom: a@example.test\r\nSubject: hello\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n";
    private const string Shorter = "From: a@example.test\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n";
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory]
    [InlineData(Changed, 10, 1)]
    [InlineData(Changed, 200_000, 1)]
    [InlineData(Shorter, 10, 1)]
    [InlineData(Shorter, 200_000, 1)]
    // more parts than the lists' rows have room for
    [InlineData(Changed, 10, 60)]
    public async Task Each_reader_gets_the_own_header_and_the_one_body(string changed, int octets, int parts)
    {
        await using TestStore test = await TestStore.OpenAsync();
        string body = Body(octets, parts);
        (EntryId one, EntryId other) = (Samples.NewAccount(), Samples.NewAccount());
        await test.CommitAsync(Header + body, new() { Local = [Samples.Delivery(one, "Return-Path: <a@example.test>\r\n"), Delivery(other, changed)] });
        Assert.Equal(1, (await test.Store.StatisticsAsync(None)).Contents);
        Assert.Equal("Return-Path: <a@example.test>\r\n" + Header + body, await test.TextAsync(await OnlyAsync(test, one)));
        RenditionId rendition = await OnlyAsync(test, other);
        MessageContent content = await test.Mailboxes.ReadAsync(rendition, None);
        foreach (int piece in (int[])[octets > 100_000 ? 4096 : 7, 256 * 1024])
            Assert.Equal(changed + body, await TestStore.TextAsync(content, piece));
        Assert.Equal(changed.Length, content.HeaderOctets);
        MessageStructure structure = await content.StructureAsync(None);
        Assert.Equal(changed == Changed ? "list" : "a", structure.Envelope.ReplyTo[0].Mailbox);
        MimePart last = structure.Root.Children[^1];
        Assert.Equal("the end\r\n", (changed + body)[(int)(last.BodyStart + content.Shift)..(int)(last.BodyEnd + content.Shift)]);
        foreach (StructureExtent extent in Enum.GetValues<StructureExtent>())
        {
            using StoredStructures listed = await test.Mailboxes.StructuresAsync([rendition, await OnlyAsync(test, one)], extent, None);
            Assert.Equal((structure.Envelope.ReplyTo[0].Mailbox, "me"), (ReplyTo(listed[0]), ReplyTo(listed[1])));
        }
    }

    [Theory]
    [InlineData(10)]
    [InlineData(200_000)]
    public async Task A_search_looks_at_the_header_that_is_shown(int octets)
    {
        await using TestStore test = await TestStore.OpenAsync();
        EntryId account = Samples.NewAccount();
        await test.CommitAsync(Header + Body(octets, 1), new() { Local = [Delivery(account, Changed)] });
        TextQuery[] queries = [TextQuery.InField("Reply-To", "list@"), TextQuery.InField("Reply-To", "me@"), TextQuery.InField("X-New", "yes"), TextQuery.InField("Subject", "hello"), TextQuery.InBody("the end"), TextQuery.InBody("list@")];
        var found = new List<bool>();
        await test.Mailboxes.LookThroughAsync([await OnlyAsync(test, account)], (_, text) =>
        {
            found.AddRange(queries.Select(text!.Holds));
            return true;
        }, None);
        Assert.Equal([true, false, true, true, true, false], found);
    }

    /// <summary>What waits keeps its header, from one start to the next and into the mailbox.</summary>
    [Fact]
    public async Task A_row_of_the_queue_keeps_its_header()
    {
        await using TestStore test = await TestStore.OpenAsync();
        EntryId account = Samples.NewAccount();
        QueuedMessage queued = Samples.Queued(test.Clock, "x@xyz.test") with { Prefix = Encoding.ASCII.GetBytes(Changed), Replaces = Header.Length };
        await test.CommitAsync(Header + Body(10, 1), new() { Queued = [queued, Samples.Queued(test.Clock, "y@xyz.test")] });
        QueueRow first = (await test.Queue.ListAsync(new(), null, 10, None))[0];
        Assert.Equal(Changed + Body(10, 1), await TestStore.TextAsync((await test.Queue.OpenDueAsync(first, None))!.Value.Content));
        await test.ReopenAsync();
        QueueRow[] rows = [.. await test.Queue.ListAsync(new(), null, 10, None)];
        Assert.Equal([Header.Length, 0], rows.Select(static row => row.Message.Replaces));
        Assert.Equal(Changed + Body(10, 1), await TestStore.TextAsync(await test.Queue.OpenAsync(rows[0].Id, None)));
        LocalDelivery delivery = Delivery(account, Encoding.ASCII.GetString(rows[0].Message.Prefix.Span)) with { Replaces = rows[0].Message.Replaces };
        await test.Store.CompleteAsync(new(rows[0].Id, [new(rows[0].Recipients[0].Id, new Outcome.Delivered("", "in the mailbox"), null) { Deliver = delivery }]), None);
        Assert.Equal(Changed + Body(10, 1), await test.TextAsync(await OnlyAsync(test, account)));
        Assert.Equal(1, (await test.Store.StatisticsAsync(None)).Contents);
    }

    /// <summary>What counts against a quota is what is read.</summary>
    [Fact]
    public async Task A_quota_counts_the_message_as_it_is_shown()
    {
        await using TestStore test = await TestStore.OpenAsync();
        EntryId account = Samples.NewAccount();
        var quota = new Quota(Shorter.Length + Body(10, 1).Length, null);
        CommitResult result = await test.CommitAsync(Header + Body(10, 1), new() { Local = [Delivery(account, Shorter) with { Quota = quota }] });
        Assert.Equal(1, Assert.IsType<CommitResult.Stored>(result).Local);
    }

    private static string Body(int octets, int parts) =>
        string.Concat(Enumerable.Repeat("--b\r\nContent-Type: text/plain\r\n\r\n" + new string('x', octets) + "\r\n", parts)) + "--b\r\nContent-Type: text/plain\r\n\r\nthe end\r\n\r\n--b--\r\n";

    private static LocalDelivery Delivery(EntryId account, string prefix) => Samples.Delivery(account, prefix) with { Replaces = Header.Length };

    private static async Task<RenditionId> OnlyAsync(TestStore test, EntryId account) => Assert.Single((await test.ViewAsync(account)).Entries).Rendition;

    private static string? ReplyTo(ReadOnlySpan<byte> stored) => StructureCodec.TryDecodeEnvelope(stored, out MessageEnvelope? envelope) ? envelope!.ReplyTo[0].Mailbox : null;
}
