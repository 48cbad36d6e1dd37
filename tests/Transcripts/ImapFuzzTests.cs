using System.Globalization;
using System.Text.RegularExpressions;

namespace DirMail.Transcripts;

/// <summary>Whatever comes (<see cref="Fuzz"/>), in every state, in TLS and compressed: each response is a response, no more commands are answered than were sent, the server goes on, and the store is sound afterwards.</summary>
public sealed partial class ImapFuzzTests
{
    private const string Login = Enter + "\r\n", Message = "p APPEND INBOX {33+}\r\nSubject: 1\r\nFrom: a@b.test\r\n\r\n1\r\n\r\n";

    private const string Enter = "l LOGIN alice@bcd.com alice-bcd-secret";

    /// <summary>One of them empties INBOX, so that long runs stay quick.</summary>
    private static readonly FuzzedSession[] s_sessions =
    [
        new("imap"),
        new("imap") { Opening = Login + "s SELECT INBOX\r\nz STORE 1:* +FLAGS.SILENT (\\Deleted)\r\nz EXPUNGE\r\n" },
        new("imap") { Opening = Login },
        new("imap") { Opening = Login + Message + "s SELECT INBOX\r\n" },
        new("imap") { Opening = Login + "e ENABLE QRESYNC\r\n" + Message + "s SELECT INBOX (QRESYNC (1 1))\r\n" },
        new("imap") { Opening = Login + "e ENABLE IMAP4rev2\r\ns EXAMINE INBOX\r\n" },
        new("imap") { Opening = Login + "s SELECT INBOX\r\ni IDLE\r\n" },
        new("imaps"),
        new("imaps") { Opening = Login + Message + "s SELECT INBOX\r\n" },
        new("imap") { Said = ["t STARTTLS"], Opening = Login + "s SELECT INBOX\r\n" },
        new("imap") { Said = [Enter, "c COMPRESS DEFLATE"], Opening = Message + "s SELECT INBOX\r\n" },
        new("imaps") { Said = [Enter, "c COMPRESS DEFLATE"], Opening = "s SELECT INBOX\r\n" },
        new("imap") { Said = ["t STARTTLS", Enter, "c COMPRESS DEFLATE"], Opening = "s SELECT INBOX\r\ni IDLE\r\n" },
        new("imap") { Said = [Enter, "c COMPRESS DEFLATE"], IsGarbled = true },
        new("imaps") { Said = [Enter, "s SELECT INBOX", "c COMPRESS DEFLATE"], IsGarbled = true },
    ];

    private static readonly string[] s_marks =
    [
        "\r\n", "\n", "\r", " ", "(", ")", "[", "]", "<", "{", "}", "\"", "\\", "*", "%", "$", "1:*", "4294967295", "4294967296", "0", "-1", "{3}\r\n", "{3+}\r\nabc", "{4000+}\r\n", "{5000+}\r\n", "{99999999999999}\r\n", "~{3+}\r\na\0c",
        "&AOQ-", "&", "DONE\r\n", "x IDLE\r\n", "x LOGOUT\r\n", "x UNSELECT\r\n", "x SELECT INBOX\r\n", "x FETCH 1:* (BODY[])\r\n", "x UID FETCH 1:* FULL\r\n", "BODY.PEEK[1.2.MIME]<0.10>", "BINARY[1]", " (CHANGEDSINCE 1 VANISHED)",
        "x SEARCH RETURN (SAVE) ALL\r\n", "x SORT (SUBJECT) UTF-8 ALL\r\n", "x THREAD REFERENCES UTF-8 ALL\r\n", "x STORE 1 +FLAGS (\\Deleted)\r\n", "x EXPUNGE\r\n", "x MOVE 1 Box\r\n", "x CREATE Box\r\n", "x DELETE Box\r\n",
        "x RENAME INBOX Box\r\n", "x LIST (SUBSCRIBED) \"\" (*) RETURN (STATUS (MESSAGES))\r\n", "x AUTHENTICATE PLAIN\r\n", "x STARTTLS\r\n", "x APPEND INBOX {10}\r\n", "OR OR OR OR ", "NOT NOT NOT NOT ", new string('(', 3000), "1," + new string('2', 3000),
    ];

    [Fact]
    public async Task No_mutation_harms()
    {
        await using TestServer server = await TestServer.StartAsync(new() { Servers = new() { MaxErrors = 200, MaxMessageOctets = 20_000 }, LongestLoginDelay = TimeSpan.Zero });
        await new Fuzz("imap", s_sessions, s_marks).RunAsync(server, Fault);
        (string last, _) = await Fuzz.ExchangeAsync(server, new("imap"), System.Text.Encoding.ASCII.GetBytes(Login + Message + "s SELECT INBOX\r\nf FETCH * BODY[]\r\no LOGOUT\r\n"), Random.Shared);
        Assert.Contains("Subject: 1\r\nFrom: a@b.test\r\n\r\n1\r\n", last, StringComparison.Ordinal);
        Assert.Contains("o OK ", last, StringComparison.Ordinal);
    }

    /// <summary>Null: all is well. What follows STARTTLS or COMPRESS is no text.</summary>
    private static string? Fault(FuzzedSession session, byte[] sent, string heard)
    {
        if (!heard.StartsWith("* OK ", StringComparison.Ordinal))
            return "no greeting";
        int answered = 0, at = 0;
        while (at < heard.Length)
        {
            int end = EndOf(heard, at);
            if (end < 0)
                return "a response without its end: " + heard[at..];
            string response = heard[at..end];
            if (!Response().IsMatch(response))
                return $"no response: '{response}'";
            if (Switch().IsMatch(response))
                return null;
            answered += response[0] is '*' or '+' ? 0 : 1;
            at = end;
        }
        int lines = sent.Count(static octet => octet == '\n') + 1;
        return answered > lines ? $"{answered} answers to {lines} lines" : null;
    }

    /// <summary>Behind the response that begins there, with its literals; -1: it does not end.</summary>
    private static int EndOf(string heard, int at)
    {
        while (true)
        {
            int end = heard.IndexOf("\r\n", at, StringComparison.Ordinal);
            if (end < 0)
                return -1;
            Match literal = Literal().Match(heard[at..end]);
            if (!literal.Success)
                return end + 2;
            at = end + 2 + int.Parse(literal.Groups[1].Value, CultureInfo.InvariantCulture);
            if (at > heard.Length)
                return -1;
        }
    }

    [GeneratedRegex(@"^(\* [^\r\n\0]|\+|[^\s*+(){%""\\]+ (OK|NO|BAD) )", RegexOptions.Singleline)]
    private static partial Regex Response();

    [GeneratedRegex(@"^\S+ OK (begin TLS|compress)", RegexOptions.IgnoreCase)]
    private static partial Regex Switch();

    [GeneratedRegex(@"\{(\d+)\}$")]
    private static partial Regex Literal();
}
