using System.Text.RegularExpressions;

namespace DirMail.Transcripts;

/// <summary>Whatever comes (<see cref="Fuzz"/>), in every state, in TLS, too: each answer is an answer, there are no more of them than lines, the server goes on, and the store is sound afterwards.</summary>
public sealed partial class Pop3FuzzTests
{
    private const string Login = "USER alice@bcd.com\r\nPASS alice-bcd-secret\r\n";

    private static readonly FuzzedSession[] s_sessions =
    [
        new("pop3"),
        new("pop3") { Opening = Login },
        new("pop3") { Opening = Login + "DELE 1\r\n" },
        new("pop3") { Opening = "USER alice@bcd.com\r\n" },
        new("pop3s") { Opening = Login },
        new("pop3") { Said = ["STLS"], Opening = Login + "DELE 1\r\n" },
        new("pop3") { Said = ["STLS", "USER alice@bcd.com"] },
    ];

    private static readonly string[] s_marks =
    [
        "\r\n", "\n", "\r", " ", ".", "1", "2", "0", "-1", "99999999999999999999", "STAT\r\n", "LIST\r\n", "LIST 1\r\n", "UIDL\r\n", "RETR 1\r\n", "TOP 1 0\r\n", "TOP 1 99999999999999999999\r\n", "DELE 1\r\n", "RSET\r\n", "NOOP\r\n",
        "CAPA\r\n", "QUIT\r\n", "AUTH\r\n", "AUTH PLAIN\r\n", "AUTH LOGIN\r\n", "*\r\n", "USER alice@bcd.com\r\n", "PASS alice-bcd-secret\r\n", "PASS x\r\n", "STLS\r\n", "UTF8\r\n", "LANG *\r\n", "APOP x y\r\n",
    ];

    [Fact]
    public async Task No_mutation_harms()
    {
        await using TestServer server = await TestServer.StartAsync(new() { Servers = new() { MaxErrors = 200, Tarpit = TimeSpan.Zero }, LongestLoginDelay = TimeSpan.Zero });
        for (int i = 0; i < 3; i++)
            await DeliverAsync(server);
        await new Fuzz("pop3", s_sessions, s_marks).RunAsync(server, Fault);
        await DeliverAsync(server);
        (string last, _) = await Fuzz.ExchangeAsync(server, new("pop3"), System.Text.Encoding.ASCII.GetBytes(Login + "STAT\r\nTOP 1 9\r\nQUIT\r\n"), Random.Shared);
        Assert.Contains("\r\n..dot first\r\n.\r\n+OK bye", last, StringComparison.Ordinal);
    }

    private static async Task DeliverAsync(TestServer server)
    {
        byte[] dialogue = "EHLO x\r\nMAIL FROM:<a@xyz.test>\r\nRCPT TO:<alice@bcd.com>\r\nDATA\r\nSubject: 1\r\n\r\n..dot first\r\n.\r\nQUIT\r\n"u8.ToArray();
        Assert.Contains("250 2.0.0 accepted", (await Fuzz.ExchangeAsync(server, new("smtp"), dialogue, Random.Shared)).Heard, StringComparison.Ordinal);
    }

    /// <summary>Null: all is well. What follows STLS is no text.</summary>
    private static string? Fault(FuzzedSession session, byte[] sent, string heard)
    {
        int tls = heard.IndexOf("+OK begin TLS", StringComparison.Ordinal);
        string plain = tls < 0 ? heard : heard[..(heard.IndexOf('\n', tls) + 1)];
        if (!plain.StartsWith("+OK ", StringComparison.Ordinal))
            return "no greeting";
        if (!plain.EndsWith("\r\n", StringComparison.Ordinal))
            return "an answer without its end";
        bool isInside = false;
        int answers = -1;
        foreach (string line in plain.Split("\r\n")[..^1])
        {
            if (line.AsSpan().IndexOfAny("\r\n\0") >= 0)
                return $"no line: '{line}'";
            isInside = Answer().IsMatch(line) ? false : line != ".";
            answers += Answer().IsMatch(line) ? 1 : 0;
        }
        int lines = sent.Count(static octet => octet == '\n') + 1;
        return isInside ? "a list without its end" : answers > lines + 1 ? $"{answers} answers to {lines} lines" : null;
    }

    [GeneratedRegex(@"^(\+OK|-ERR|\+ )")]
    private static partial Regex Answer();
}
