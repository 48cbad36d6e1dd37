using System.Net.Sockets;
using DirMail.Admin;
using DirMail.Transfer;
using DirMail.Unit.Wire;
using DirMail.Verbs;
using Microsoft.Extensions.Logging.Abstractions;

namespace DirMail.Unit.Admin;

/// <summary>The control API over its real socket: what the command line asks a running server.</summary>
public sealed class ControlSocketTests
{
    [Fact]
    public async Task Status_tells_what_runs()
    {
        await using ControlledServer server = await ControlledServer.StartAsync();
        ServerStatus status = await server.Client.StatusAsync(default);
        Assert.Equal((Environment.ProcessId, server.Folder, 7, server.Clock.GetUtcNow()), (status.ProcessId, status.DataFolder, status.Sessions, status.Started));
        Assert.Equal(new ListenerStatus("smtp", "127.0.0.1:2525", 3, null), Assert.Single(status.Listeners));
        Assert.Equal((true, true, 3, server.Directory.Table.UserCount, server.Directory.Table.Number, (string?)null),
            (status.Directory.Connected, status.Directory.Loaded, status.Directory.Domains, status.Directory.Users, status.Directory.TableNumber, status.Directory.LastError));
        Assert.Equal((0, 0), (status.Store.Contents, status.Store.QueueRecipients));
    }

    [Fact]
    public async Task Domains_are_listed_without_their_users()
    {
        await using ControlledServer server = await ControlledServer.StartAsync();
        IReadOnlyList<DomainReport> domains = await server.Client.DomainsAsync(default);
        Assert.Equal(["abc.com True", "bcd.com False", "cde.com False"], domains.Select(domain => $"{domain.Name} {domain.IsHost}"));
        Assert.All(domains, domain => Assert.Empty(domain.Users));
        Assert.Contains(new VirtualAddressReport("127.0.70.1", null), domains[1].VirtualAddresses);
    }

    [Fact]
    public async Task One_domain_is_shown_by_any_of_its_names_with_its_users()
    {
        await using ControlledServer server = await ControlledServer.StartAsync();
        server.Directory.Set("o=bcd.com,o=hosting", "mailDomainStatus", "inactive");
        DomainReport domain = await server.Client.DomainAsync("BCD.net", default);
        Assert.Equal(("bcd.com", "inactive", "mailDomainStatus"), (domain.Name, domain.Status, domain.DecidedBy));
        UserReport alice = Assert.Single(domain.Users, user => user.Uid == "alice");
        Assert.Contains("alice@bcd.com", alice.Addresses);
        Assert.Equal(["127.0.70.11"], alice.VirtualAddresses);
    }

    [Theory]
    [InlineData("xyz.test")]
    [InlineData("not a domain")]
    public async Task An_unknown_domain_is_404_and_says_where_to_look(string name)
    {
        await using ControlledServer server = await ControlledServer.StartAsync();
        string expected = $"'{name}' is not a hosted domain; `dirmail domain list` shows them";
        Assert.Equal(expected, await RefusalAsync(server.Client.DomainAsync(name, default)));
        Assert.Equal(expected, await RefusalAsync(server.Client.QueueAsync(new() { Domain = name }, null, 100, default)));
        Assert.Equal(expected, await RefusalAsync(server.Client.ChangeQueueAsync(QueueAction.Flush, new() { Domain = name }, false, default)));
        Assert.StartsWith("HTTP/1.1 404 ", await server.AskAsync($"GET /v1/domains/{Uri.EscapeDataString(name)}"));
    }

    [Fact]
    public async Task Explain_gives_the_table_s_answer_with_its_reasons()
    {
        await using ControlledServer server = await ControlledServer.StartAsync();
        ExplainReport report = await server.Client.ExplainAsync(new("Alice@bcd.com"), default);
        Assert.Equal(("Alice@bcd.com", server.Directory.Table.Number), (report.Address, report.TableNumber));
        Assert.StartsWith("accepted: 250 2.1.5", report.Answer);
        Assert.Equal(["mailbox of alice in bcd.com"], report.Hops.Select(h => h.Text));
        Assert.Contains(report.Reasons, reason => reason.Dn == "uid=alice,ou=People,o=bcd.com,o=hosting");

        Assert.StartsWith("refused: 550 5.1.1", (await server.Client.ExplainAsync(new("nobody.at.all@cde.com"), default)).Answer);
        Assert.Contains("127.0.0.1:2526 (route 'xyz.test')", (await server.Client.ExplainAsync(new("x1@xyz.test"), default)).Answer);
        Assert.Contains("for bcd.com channel smtp, relay.example:587 over TLS as bcd (route 'relayed.test'); for others channel smtp, MX of relayed.test", (await server.Client.ExplainAsync(new("x@relayed.test"), default)).Answer);
    }

    [Fact]
    public async Task Explain_tells_of_the_sender_the_client_and_dns()
    {
        await using ControlledServer server = await ControlledServer.StartAsync();
        ExplainReport report = await server.Client.ExplainAsync(new("x@other.test", From: "alice@bcd.com", Login: "alice@bcd.com", Client: "192.0.2.9", Dns: true), default);
        Assert.Contains("10 mx.other.test", report.Answer);
        Assert.True(report.Sender!.MaySend);
        Assert.Equal("bcd.com", report.Sender.LeavesAs!.Queue);
        Assert.Equal(8, report.Sender.Services.Count);
        Assert.False((await server.Client.ExplainAsync(new("x@other.test", From: "bob@bcd.com", Login: "alice", At: "127.0.70.1"), default)).Sender!.MaySend);
        Assert.StartsWith("refused: 550 5.7.2", (await server.Client.ExplainAsync(new("staff@bcd.com", From: "alice@bcd.com"), default)).Answer);
        Assert.StartsWith("accepted", (await server.Client.ExplainAsync(new("staff@bcd.com", Login: "alice@bcd.com"), default)).Answer);
        Assert.Equal("unknown user", (await server.Client.ExplainAsync(new("x@other.test", Login: "nobody@bcd.com"), default)).Sender!.Problem);
        Assert.Contains("is not an IP address", await RefusalAsync(server.Client.ExplainAsync(new("x@other.test", Client: "here"), default)));
    }

    /// <summary>The name of the client decides as at a login, and is told beside the rule that it decides.</summary>
    [Theory]
    [InlineData("+imap:.example.org", "192.0.2.9", null, "allowed (the client is called office.example.org)")]
    [InlineData("+imap:.example.net", "192.0.2.9", "this service is not allowed for your account", "refused: no rule matches (the client is called office.example.org)")]
    [InlineData("-imap:.example.org", "192.0.2.9", "this service is not allowed for your account", "refused (the client is called office.example.org)")]
    [InlineData("-imap:.example.org", "192.0.2.10", "logins from your address are not possible now, try again later", "refused for now (the client has a name that cannot be looked up now)")]
    [InlineData("-imap:192.0.2.10", "192.0.2.9", null, "allowed: no rule matches")]
    public async Task Explain_decides_by_the_client_s_name(string rules, string client, string? refusal, string meaning)
    {
        await using ControlledServer server = await ControlledServer.StartAsync();
        server.Directory.Set("o=bcd.com,o=hosting", "mailDomainAllowedServiceAccess", rules);
        ExplainReport report = await server.Client.ExplainAsync(new("x@other.test", Login: "alice@bcd.com", Client: client), default);
        ServiceReport imap = Assert.Single(report.Sender!.Services, service => service.Service == "imaps");
        Assert.Equal((refusal is null, refusal), (imap.Allowed, imap.Reply));
        Assert.Equal(meaning, Assert.Single(imap.Reasons, reason => reason.Attribute == "mailDomainAllowedServiceAccess").Meaning);
        // her own rule is for everybody: the name says nothing there
        Assert.All(imap.Reasons.Where(static reason => reason.Attribute == "mailAllowedServiceAccess"), static reason => Assert.Equal("allowed", reason.Meaning));
    }

    [Fact]
    public async Task Explain_tells_channel_queue_address_and_name_of_mail_that_leaves()
    {
        await using ControlledServer server = await ControlledServer.StartAsync();
        const string alice = "uid=alice,ou=People,o=bcd.com,o=hosting";
        server.Directory.Set(alice, "mailDeliveryOption", "forward");
        server.Directory.Set(alice, "mailForwardingAddress", "al@else.test");
        HopReport hop = Assert.Single((await server.Client.ExplainAsync(new("alice@bcd.com"), default)).Hops);
        Assert.Equal((ChannelNames.Smtp, "bcd.com", "al@else.test"), (hop.Channel, hop.Queue, hop.Address));
        Assert.Equal(("127.0.70.11", "mail.bcd.com"), (hop.LeavesAs!.V4, hop.LeavesAs.HostName));

        server.Directory.Set("o=bcd.com,o=hosting", "mailDomainStatus", "inactive");
        ExplainReport refused = await server.Client.ExplainAsync(new("alice@bcd.com"), default);
        Assert.StartsWith("refused: 450 4.2.1", refused.Answer);
        Assert.Contains(refused.Reasons, reason => reason is { Dn: "o=bcd.com,o=hosting", Attribute: "mailDomainStatus", Value: "inactive" });
    }

    [Theory]
    [InlineData("alice")]
    [InlineData("a b@c d")]
    public async Task What_is_no_address_is_400_and_says_so(string text)
    {
        await using ControlledServer server = await ControlledServer.StartAsync();
        Assert.Equal($"'{text}' is not a mail address (local@domain)", await RefusalAsync(server.Client.ExplainAsync(new(text), default)));
        Assert.StartsWith("HTTP/1.1 400 ", await server.AskAsync($"GET /v1/explain?address={Uri.EscapeDataString(text)}"));
        Assert.StartsWith("HTTP/1.1 400 ", await server.AskAsync("GET /v1/explain"));
    }

    [Fact]
    public async Task Problems_name_entry_and_attribute()
    {
        await using ControlledServer server = await ControlledServer.StartAsync();
        server.Directory.Set("uid=carol,ou=People,o=cde.com,o=hosting", "mailDeliveryOption", "program");
        IReadOnlyList<ProblemReport> problems = await server.Client.ProblemsAsync(default);
        Assert.Contains(problems, problem => problem is { Dn: "uid=carol,ou=People,o=cde.com,o=hosting", Attribute: "mailDeliveryOption" });
    }

    [Fact]
    public async Task The_queue_is_listed_by_domain_and_destination_in_pages()
    {
        await using ControlledServer server = await ControlledServer.StartAsync();
        await server.QueueAsync("bcd.com", "xyz.test", "x1@xyz.test", "x2@xyz.test");
        await server.QueueAsync("cde.com", "else.test", "y@else.test");

        IReadOnlyList<QueueReport> all = await server.Client.QueueAsync(new(), null, 100, default);
        Assert.Equal(["bcd.com xyz.test 2", "cde.com else.test 1"], all.Select(row => $"{row.Domain} {row.Destination} {row.Recipients.Count}"));
        Assert.Equal("mail.bcd.com [127.0.70.1]", all[0].Identity);
        Assert.Equal([all[1].Id], (await server.Client.QueueAsync(new(), all[0].Id, 100, default)).Select(row => row.Id));
        Assert.Equal([all[0].Id], (await server.Client.QueueAsync(new() { Domain = "bcd.net" }, null, 100, default)).Select(row => row.Id));
        Assert.Equal([all[1].Id], (await server.Client.QueueAsync(new() { To = "else.test" }, null, 100, default)).Select(row => row.Id));
        Assert.Empty(await server.Client.QueueAsync(new() { Domain = "bcd.com", To = "else.test" }, null, 100, default));
    }

    [Fact]
    public async Task What_is_held_by_a_state_says_since_when_and_what_it_waits_for()
    {
        await using ControlledServer server = await ControlledServer.StartAsync();
        await server.QueueAsync("cde.com", "xyz.test", "x1@xyz.test");
        server.Directory.Set("o=cde.com,o=hosting", "mailDomainStatus", "inactive");
        await server.HoldAsync("cde.com");
        await server.QueueInAsync(ChannelNames.Hold, "bcd.com", "bcd.com", "alice@bcd.com");
        await server.QueueInAsync(ChannelNames.Reprocess, "bcd.com", "bcd.com", "bob@bcd.com");
        await server.QueueAsync("bcd.com", "else.test", "y@else.test");

        IReadOnlyList<QueueReport> all = await server.Client.QueueAsync(new(), null, 100, default);
        Assert.Equal([server.Clock.GetUtcNow(), null, null, null], all.Select(row => row.HeldSince));
        Assert.Equal(["cde.com to be inactive no longer (mailDomainStatus)", "its recipient to be on hold no longer", "its recipient to be resolved anew", null], all.Select(row => row.WaitsFor));
        Assert.Contains("\"heldSince\":\"2026-03-01T12:00:00+00:00\"", await server.AskAsync("GET /v1/queue"));

        string held = Show.Time(server.Clock.GetUtcNow()), due = Show.Time(server.Clock.GetUtcNow() + TimeSpan.FromHours(1));
        Assert.Equal([$"held since {held}", $"on hold, until {due} at most", due, due], all.Select(row => QueueVerbs.Next(row, row.Recipients[0])));
        Assert.StartsWith("waits for cde.com to be inactive no longer", QueueVerbs.Why(all[0], all[0].Recipients[0]));
        Assert.Equal("waits for its recipient to be on hold no longer; over quota", QueueVerbs.Why(all[1], all[1].Recipients[0] with { Reason = "over quota" }));
        Assert.Equal("at rcpt: 4.2.1 mx says so", QueueVerbs.Why(all[3], all[3].Recipients[0] with { Reason = "4.2.1 mx says so", Stage = "rcpt" }));
        Assert.Equal("", QueueVerbs.Why(all[3], all[3].Recipients[0] with { Reason = null }));
    }

    [Fact]
    public async Task Flush_makes_due_what_was_meant_and_nothing_else()
    {
        await using ControlledServer server = await ControlledServer.StartAsync();
        await server.QueueAsync("bcd.com", "xyz.test", "x1@xyz.test", "x2@xyz.test");
        await server.QueueAsync("cde.com", "else.test", "y@else.test");
        Assert.Equal(2, (await server.Client.ChangeQueueAsync(QueueAction.Flush, new() { Domain = "bcd.com" }, false, default)).Recipients);
        IReadOnlyList<QueueReport> all = await server.Client.QueueAsync(new(), null, 100, default);
        DateTimeOffset now = server.Clock.GetUtcNow();
        Assert.Equal([true, true, false], all.SelectMany(row => row.Recipients).Select(recipient => recipient.NextAttempt <= now));
        Assert.StartsWith("HTTP/1.1 405 ", await server.AskAsync("GET /v1/queue/flush"));
    }

    [Fact]
    public async Task Only_its_owner_may_open_the_socket()
    {
        await using ControlledServer server = await ControlledServer.StartAsync();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(server.Folder, ControlServer.SocketName)));
    }

    /// <summary>As after SIGKILL: the file is there, nobody listens.</summary>
    [Fact]
    public async Task A_socket_file_left_behind_is_replaced()
    {
        await using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(Path.Combine(folder.Path, ControlServer.SocketName), "");
        using (var client = new ControlClient(folder.Path))
            Assert.Equal($"no server runs on {folder.Path}: start one with `dirmail serve`, or name its folder with --data", await RefusalAsync(client.StatusAsync(default)));

        await using ControlledServer server = await ControlledServer.StartAsync(folder => File.WriteAllText(Path.Combine(folder, ControlServer.SocketName), ""));
        Assert.Equal(Environment.ProcessId, (await server.Client.StatusAsync(default)).ProcessId);
    }

    [Fact]
    public async Task Without_a_server_the_client_says_what_to_do()
    {
        await using var folder = new TemporaryFolder();
        using var client = new ControlClient(folder.Path);
        Assert.Equal($"no server runs on {folder.Path}: start one with `dirmail serve`, or name its folder with --data", await RefusalAsync(client.StatusAsync(default)));
    }

    /// <summary>The system allows about 100 octets for a socket's path.</summary>
    [Fact]
    public async Task A_folder_with_too_long_a_name_for_a_socket_is_told_as_that()
    {
        using var client = new ControlClient("/" + new string('x', 200));
        Assert.Contains("too long", await RefusalAsync(client.StatusAsync(default)));
    }

    [Fact]
    public async Task Nor_is_a_server_started_there()
    {
        await using var folder = new TemporaryFolder();
        string deep = Path.Combine(folder.Path, new string('x', 100));
        await using ControlledServer server = await ControlledServer.StartAsync();
        var failure = await Assert.ThrowsAsync<IOException>(() => ControlServer.StartAsync(server.Facts() with { DataFolder = deep }, NullLoggerFactory.Instance, default));
        Assert.Contains(deep, failure.Message);
        Assert.Contains("dataFolder", failure.Message);
    }

    /// <summary>As a server does that does not like the peer's user id, or is killed.</summary>
    [Fact]
    public async Task A_server_that_hangs_up_is_told_as_that()
    {
        await using var folder = new TemporaryFolder();
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(Path.Combine(folder.Path, ControlServer.SocketName)));
        listener.Listen();
        using var client = new ControlClient(folder.Path);
        Task<string> refusal = RefusalAsync(client.StatusAsync(default));
        (await listener.AcceptAsync()).Dispose();
        Assert.Contains("without an answer", await refusal);
    }

    [Fact]
    public async Task Garbage_gets_an_answer_and_the_next_client_is_served()
    {
        await using ControlledServer server = await ControlledServer.StartAsync();
        Assert.StartsWith("HTTP/1.1 400 ", await server.AskAsync("\0\x1\x2 garbage"));
        Assert.StartsWith("HTTP/1.1 404 ", await server.AskAsync("GET /v1/nothing"));
        Assert.Equal(3, (await server.Client.DomainsAsync(default)).Count);
    }

    private static async Task<string> RefusalAsync(Task request) => (await Assert.ThrowsAsync<ControlException>(() => request)).Message;
}
