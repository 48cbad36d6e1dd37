using System.Net;
using System.Text;

namespace DirMail.Transcripts;

/// <summary>
/// What somebody has taken for the end of a message, and commands where none may come: whatever the listener, in TLS or not, logged in or not, by DATA or BDAT, at once or octet by octet, the
/// server takes no message that the client did not send. Who wrote the message is not the client: its text must never become commands.
/// </summary>
public sealed class SmugglingTests
{
    private const string Hidden = "MAIL FROM:<carol@cde.com>\r\nRCPT TO:<bob@cde.com>\r\nDATA\r\nSubject: hidden\r\n\r\nhidden\r\n.\r\n", HiddenChunk = "MAIL FROM:<carol@cde.com>\r\nRCPT TO:<bob@cde.com>\r\nBDAT 17 LAST\r\nSubject: hidden\r\n";

    /// <summary>None of them is CR LF "." CR LF.</summary>
    private static readonly string[] NoEnds =
    [
        "\n.\n", "\n.\r\n", "\r\n.\n", "\r.\r", "\r.\r\n", "\r\n.\r", "\n.\r", "\r.\n", "\n\r.\n\r", "\r\n.\0\r\n", "\r\n\0.\r\n", "\r\n.\r\0\n", "\r\n..\r\n", "\r\n. \r\n", "\r\n.\t\r\n", "\r\n .\r\n", "\u2028.\u2028", "\u0085.\u0085", "\r\n\u3002\r\n", "\v.\v", "\f.\f",
    ];

    private static readonly Way[] All = [new("smtp"), new("smtp", true), new("smtp", true, true), new("submission", false, true), new("submission", true, true), new("submissions", false, true), new("lmtp"), new("lmtp", true)];

    public static TheoryData<Way, bool> Ways
    {
        get
        {
            var ways = new TheoryData<Way, bool>();
            foreach (Way way in All)
            {
                ways.Add(way, false);
                ways.Add(way, true);
            }
            return ways;
        }
    }

    public static TheoryData<Way> WaysAtOnce => [.. All];

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task No_text_of_a_message_becomes_another(Way way, bool oneByOne)
    {
        await using TestServer server = await TestServer.StartAsync(new());
        int taken = 0;
        foreach (string text in NoEnds.SelectMany(static end => (string[])[$"Subject: one\r\n\r\ntext{end}{Hidden}", $"Subject: one\r\n\r\ntext{end}{HiddenChunk}"]))
        {
            // the end of what is hidden is that of the message; what is hidden in a chunk has none
            string ended = text.EndsWith(".\r\n", StringComparison.Ordinal) ? text : text + ".\r\n";
            taken += await EndsAfterAsync(server, way, oneByOne, ["DATA"], [ended], 1);
            int octets = Encoding.UTF8.GetByteCount(text), half = text.IndexOf("text", StringComparison.Ordinal) + 6;
            taken += await EndsAfterAsync(server, way, oneByOne, [], [$"BDAT {octets} LAST\r\n{text}"], 1);
            int first = Encoding.UTF8.GetByteCount(text[..half]);
            taken += await EndsAfterAsync(server, way, oneByOne, [], [$"BDAT {first}\r\n{text[..half]}", $"BDAT {octets - first} LAST\r\n{text[half..]}"], 2);
        }
        await HasAsync(server, taken);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Nothing_is_taken_from_a_session_that_went_wrong(Way way, bool oneByOne)
    {
        await using TestServer server = await TestServer.StartAsync(new());
        string[] begun = ["MAIL FROM:<carol@cde.com>", "RCPT TO:<bob@cde.com>"];
        string afresh = $"RSET\r\n{way.Hello}\r\n{Hidden}";
        (string[] Before, string Sent)[] wrongs =
        [
            // lengths that nobody can count by, chunks for no message or no recipient
            (begun, "BDAT 99999999999999999999 LAST\r\n" + afresh),
            (begun, "BDAT -1\r\n" + afresh),
            (begun, "BDAT\r\n" + afresh),
            ([], $"BDAT {Hidden.Length} LAST\r\n{Hidden}"),
            (["MAIL FROM:<carol@cde.com>"], $"BDAT {Hidden.Length}\r\n{Hidden}BDAT {Hidden.Length} LAST\r\n{Hidden}"),
            // chunks and DATA mixed: all of it is one transaction that has gone wrong
            (begun, $"BDAT 14\r\nSubject: one\r\nDATA\r\n{Hidden}"),
            (begun, $"BDAT 14\r\nSubject: one\r\n{Hidden}"),
            ([.. begun, "DATA"], $"a\n.\r\nb\r\n.\r\nRCPT TO:<bob@cde.com>\r\nDATA\r\nSubject: hidden\r\n\r\n.\r\n"),
            // 421: the session is over, whatever has been sent already
            ([], string.Concat(Enumerable.Repeat("X\r\n", 10)) + afresh),
            (begun, string.Concat(Enumerable.Repeat("X\r\n", 10)) + afresh),
        ];
        foreach ((string[] before, string sent) in wrongs)
            Assert.Equal(0, (await ExchangeAsync(server, way, oneByOne, before, sent + "QUIT\r\n")).Count(IsTaken));
        await HasAsync(server, 0);
    }

    /// <summary>At once: whoever sends it later in spite of the answer sends commands.</summary>
    [Theory]
    [MemberData(nameof(WaysAtOnce))]
    public async Task Content_sent_without_waiting_for_leave_is_no_commands(Way way)
    {
        await using TestServer server = await TestServer.StartAsync(new());
        foreach (string data in (string[])["DATA\r\n", "DATA now\r\n"])
            foreach (string recipient in (string[])["nobody@cde.com", "bob@cde.com"])
                if (data.Length > 6 || recipient[0] == 'n')
                    Assert.DoesNotContain(await ExchangeAsync(server, way, false, [], $"MAIL FROM:<carol@cde.com>\r\nRCPT TO:<{recipient}>\r\n{data}Subject: one\r\n\r\nRSET\r\n{Hidden}"), IsTaken);
        await HasAsync(server, 0);
    }

    [Theory]
    [InlineData("smtp")]
    [InlineData("submission")]
    [InlineData("lmtp")]
    public async Task What_came_before_TLS_is_not_run_in_it(string service)
    {
        await using TestServer server = await TestServer.StartAsync(new());
        var way = new Way(service);
        await using Client client = await OpenAsync(server, way, oneByOne: false);
        await client.SendAsync($"STARTTLS\r\n{way.Hello}\r\n{(service == "submission" ? Way.Login + "\r\n" : "")}{Hidden}");
        Assert.StartsWith("220 2.0.0", await client.ReadLineAsync(), StringComparison.Ordinal);
        await client.StartTlsAsync();
        await client.SendAsync("RCPT TO:<bob@cde.com>\r\nQUIT\r\n");
        Assert.Equal(["503", "221"], (await RestAsync(client)).Select(static line => line[..3]));
        await HasAsync(server, 0);
    }

    [Theory]
    [InlineData("smtp", false)]
    [InlineData("smtp", true)]
    [InlineData("submission", false)]
    [InlineData("submission", true)]
    [InlineData("submissions", false)]
    public async Task What_came_ahead_of_the_answer_to_AUTH_is_not_run_as_its_user(string service, bool startsTls)
    {
        await using TestServer server = await TestServer.StartAsync(new());
        foreach (string login in (string[])[Way.Login, "AUTH LOGIN\r\nY2Fyb2xAY2RlLmNvbQ==\r\nY2Fyb2wtY2RlLXNlY3JldA=="])
            Assert.DoesNotContain(await ExchangeAsync(server, new Way(service, startsTls), false, [], $"{login}\r\n{Hidden}QUIT\r\n"), IsTaken);
        await HasAsync(server, 0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Nothing_is_taken_behind_the_end_of_a_right(bool oneByOne)
    {
        await using TestServer server = await TestServer.StartAsync(new());
        await using Client client = await OpenAsync(server, new("submission", true, true), oneByOne);
        await SayAsync(client, ["MAIL FROM:<carol@cde.com>", "RCPT TO:<bob@cde.com>", "DATA"]);
        await client.SendAsync("Subject: one\r\n");
        await server.SetAsync("uid=carol,ou=People,o=cde.com,o=hosting", "mailUserStatus", ["inactive"]);
        await client.SendAsync($"\r\n.\r\n{Hidden}{Hidden}QUIT\r\n");
        Assert.StartsWith("421 4.7.0", Assert.Single(await RestAsync(client)), StringComparison.Ordinal);
        await HasAsync(server, 0);
    }

    /// <summary>One message, and then QUIT in the same write: so many answers, and the end.</summary>
    /// <returns>1 when it was taken; the server may refuse it.</returns>
    private static async Task<int> EndsAfterAsync(TestServer server, Way way, bool oneByOne, string[] before, string[] message, int answers)
    {
        string[] heard = await ExchangeAsync(server, way, oneByOne, ["MAIL FROM:<carol@cde.com>", "RCPT TO:<bob@cde.com>", .. before], string.Concat(message) + "QUIT\r\n");
        string all = $"{way}: {string.Concat(message).Replace("\r", "\\r", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)}\n{string.Join('\n', heard)}";
        Assert.True(heard.Length == answers + 1 && heard[^1].StartsWith("221", StringComparison.Ordinal), all);
        Assert.True(IsTaken(heard[^2]) || heard[^2].StartsWith("554 5.6.0", StringComparison.Ordinal), all);
        return heard.Count(IsTaken);
    }

    private static bool IsTaken(string line) => line.StartsWith("250 2.0.0 accepted", StringComparison.Ordinal);

    private static async Task<string[]> ExchangeAsync(TestServer server, Way way, bool oneByOne, string[] before, string sent)
    {
        await using Client client = await OpenAsync(server, way, oneByOne);
        await SayAsync(client, before);
        await client.SendAsync(sent);
        await client.EndSendingAsync();
        return await RestAsync(client);
    }

    private static async Task<Client> OpenAsync(TestServer server, Way way, bool oneByOne)
    {
        Client client = await Client.ConnectAsync(server.Endpoint(way.Service, IPAddress.Loopback), oneByOne, proxied: null);
        if (way.Service == "submissions")
            await client.StartTlsAsync();
        Assert.StartsWith("220", await client.ReadLineAsync(), StringComparison.Ordinal);
        await SayAsync(client, way.StartsTls ? [way.Hello, "STARTTLS"] : [way.Hello]);
        if (way.StartsTls)
        {
            await client.StartTlsAsync();
            await SayAsync(client, [way.Hello]);
        }
        if (way.LogsIn)
            await SayAsync(client, [Way.Login]);
        return client;
    }

    private static async Task SayAsync(Client client, string[] commands)
    {
        foreach (string command in commands)
        {
            await client.SendAsync(command + "\r\n");
            string? line;
            do
                line = await client.ReadLineAsync();
            while (line is ['2', _, _, '-', ..]);
            Assert.True(line?[0] is '2' or '3', $"{command}: {line}");
        }
    }

    private static async Task<string[]> RestAsync(Client client)
    {
        List<string> lines = [];
        while (await client.ReadLineAsync() is { } line)
            lines.Add(line);
        return [.. lines];
    }

    /// <summary>So many messages came, and none of them is what was hidden.</summary>
    private static async Task HasAsync(TestServer server, int messages)
    {
        await using Client client = await Client.ConnectAsync(server.Endpoint("imap", IPAddress.Loopback), oneByOne: false, proxied: null);
        await client.SendAsync("a LOGIN bob@cde.com bob-cde-secret\r\nb SELECT INBOX\r\nc SEARCH SUBJECT hidden\r\nd LOGOUT\r\n");
        string[] heard = await RestAsync(client);
        Assert.Contains($"* {messages} EXISTS", heard);
        Assert.Contains("* SEARCH", heard);
    }

    /// <summary>How a session is opened.</summary>
    public sealed record Way(string Service, bool StartsTls = false, bool LogsIn = false)
    {
        public const string Login = "AUTH PLAIN AGNhcm9sQGNkZS5jb20AY2Fyb2wtY2RlLXNlY3JldA==";

        public string Hello => Service == "lmtp" ? "LHLO mx.xyz.test" : "EHLO mx.xyz.test";
    }
}
