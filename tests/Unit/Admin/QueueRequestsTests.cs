using System.Text;
using DirMail.Admin;

namespace DirMail.Unit.Admin;

/// <summary>What `dirmail queue` asks a running server.</summary>
public sealed class QueueRequestsTests
{
    [Fact]
    public async Task Mail_is_found_by_number_message_user_and_address()
    {
        await using ControlledServer server = await FilledAsync();
        IReadOnlyList<QueueReport> all = await server.Client.QueueAsync(new(), null, 100, default);
        Assert.Equal([all[0].Id], await FoundAsync(server, new() { Ids = [$"{all[0].Id}"] }));
        Assert.Equal([all[0].Id, all[1].Id], await FoundAsync(server, new() { Ids = [all[1].Message, $"{all[0].Id}"] }));
        Assert.Equal([all[1].Id], await FoundAsync(server, new() { User = "carol@cde.com" }));
        Assert.Equal([all[0].Id], await FoundAsync(server, new() { Address = "X2@XYZ.test" }));
        Assert.Equal([all[1].Id], await FoundAsync(server, new() { Domain = "cde.com", Channel = "smtp" }));
        Assert.Empty(await FoundAsync(server, new() { Channel = "hold" }));
        Assert.Equal([all[0].Id], (await server.Client.QueueAsync(new(), null, 1, default)).Select(row => row.Id));
    }

    [Fact]
    public async Task Mail_is_held_released_begun_anew_and_cancelled()
    {
        await using ControlledServer server = await FilledAsync();
        Assert.Equal(1, (await server.Client.ChangeQueueAsync(QueueAction.Hold, new() { Address = "x1@xyz.test" }, false, default)).Recipients);
        QueueReport held = Assert.Single(await server.Client.QueueAsync(new() { IsStopped = true }, null, 100, default));
        Assert.Equal([server.Clock.GetUtcNow(), null], held.Recipients.Select(recipient => recipient.StoppedSince));
        Assert.Equal(1, (await server.Client.ChangeQueueAsync(QueueAction.Release, new(), true, default)).Recipients);
        Assert.Equal(3, (await server.Client.ChangeQueueAsync(QueueAction.Retry, new(), true, default)).Recipients);
        Assert.Equal(2, (await server.Client.ChangeQueueAsync(QueueAction.Return, new() { Domain = "bcd.com" }, false, default)).Recipients);
        Assert.Equal(1, (await server.Client.ChangeQueueAsync(QueueAction.Cancel, new() { Ids = [$"{held.Id + 1}"] }, false, default)).Recipients);
        Assert.Equal(["return"], (await server.Client.QueueAsync(new(), null, 100, default)).Select(row => row.Channel));
    }

    [Theory]
    [InlineData(QueueAction.Hold)]
    [InlineData(QueueAction.Cancel)]
    [InlineData(QueueAction.Return)]
    public async Task Nothing_is_done_to_all_by_oversight(QueueAction action)
    {
        await using ControlledServer server = await FilledAsync();
        Assert.StartsWith("say which mail is meant", await RefusalAsync(server.Client.ChangeQueueAsync(action, new(), false, default)));
        Assert.Equal(2, (await server.Client.QueueAsync(new() { Channel = "smtp" }, null, 100, default)).Count);
    }

    [Fact]
    public async Task What_is_misspelt_is_said()
    {
        await using ControlledServer server = await FilledAsync();
        Assert.Contains("is no user here", await RefusalAsync(server.Client.QueueAsync(new() { User = "nobody@cde.com" }, null, 1, default)));
        Assert.Contains("is no name of a domain", await RefusalAsync(server.Client.QueueAsync(new() { To = "xyz .test" }, null, 1, default)));
        Assert.Contains("is not a mail address", await RefusalAsync(server.Client.QueueAsync(new() { Address = "a b" }, null, 1, default)));
        Assert.Contains("is neither a queue number nor the id", await RefusalAsync(server.Client.QueueAsync(new() { Ids = ["twelve"] }, null, 1, default)));
        Assert.Contains("has the number 99", await RefusalAsync(server.Client.CopyRawAsync(99, Stream.Null, default)));
    }

    [Fact]
    public async Task A_destination_may_be_named_in_its_own_script()
    {
        await using ControlledServer server = await ControlledServer.StartAsync();
        await server.QueueAsync("bcd.com", "xn--grn-ioa.example", "x1@xn--grn-ioa.example");
        Assert.Single(await FoundAsync(server, new() { To = "GRÜN.example" }));
    }

    [Fact]
    public async Task Queues_are_told_in_numbers()
    {
        await using ControlledServer server = await FilledAsync();
        IReadOnlyList<QueueLaneReport> lanes = await server.Client.QueueStatisticsAsync(null, default);
        Assert.Equal(["bcd.com/smtp 1 2 0 3", "cde.com/smtp 1 1 0 3"], lanes.Select(l => $"{l.Domain}/{l.Channel} {l.Messages} {l.Recipients} {l.Due} {l.UnderWay}"));
        Assert.Equal("cde.com", Assert.Single(await server.Client.QueueStatisticsAsync("cde.com", default)).Domain);
    }

    [Fact]
    public async Task A_message_goes_out_in_its_readable_form_and_comes_back()
    {
        await using ControlledServer server = await FilledAsync();
        QueueReport first = (await server.Client.QueueAsync(new(), null, 1, default))[0];
        using var text = new MemoryStream();
        await server.Client.CopyRawAsync(first.Id, text, default);
        Assert.Contains("recipient: <x2@xyz.test>", Encoding.UTF8.GetString(text.ToArray()));
        text.Position = 0;
        InjectReport report = await server.Client.InjectAsync(text, default);
        Assert.Equal(["x1@xyz.test", "x2@xyz.test"], Assert.Single(await server.Client.QueueAsync(new() { Ids = [report.Message] }, null, 10, default)).Recipients.Select(r => r.Recipient));

        Assert.StartsWith("line 1: ", await RefusalAsync(server.Client.InjectAsync(new MemoryStream("nonsense\n"u8.ToArray()), default)));
        byte[] large = [.. "sender: <>\nrecipient: <carol@cde.com>\n----- message -----\n"u8, .. new byte[1_200_000]];
        Assert.StartsWith("552 5.3.4", await RefusalAsync(server.Client.InjectAsync(new MemoryStream(large), default)));
    }

    private static async Task<ControlledServer> FilledAsync()
    {
        ControlledServer server = await ControlledServer.StartAsync();
        await server.QueueAsync("bcd.com", "xyz.test", "x1@xyz.test", "x2@xyz.test");
        await server.QueueAsync("cde.com", "else.test", "carol@cde.com");
        return server;
    }

    private static async Task<IEnumerable<long>> FoundAsync(ControlledServer server, QueueQuery query) => (await server.Client.QueueAsync(query, null, 100, default)).Select(row => row.Id);

    private static async Task<string> RefusalAsync(Task request) => (await Assert.ThrowsAsync<ControlException>(() => request)).Message;
}
