using System.Text;
using System.Text.RegularExpressions;

namespace DirMail.Transcripts;

/// <summary>Whatever comes (<see cref="Fuzz"/>), in every state, in TLS and after logins: each reply is a reply, no message is accepted whose end was not sent, the server goes on, and the store is sound afterwards.</summary>
public sealed partial class SmtpFuzzTests
{
    private static readonly string[] s_marks =
    [
        "\r\n", "\n", "\r", ".\r\n", "\r\n.\r\n", "\n.\n", "\r.\r", "\n.\r\n", " ", "<", ">", ":", "=", "BDAT 5\r\n", "BDAT 3 LAST\r\n", "BDAT 99999999999999999999\r\n", "DATA\r\n",
        "EHLO x\r\n", "RSET\r\n", "MAIL FROM:<x@xyz.test>\r\n", "RCPT TO:<carol@cde.com>\r\n", " BODY=BINARYMIME", " SMTPUTF8", " NOTIFY=NEVER", "AUTH LOGIN\r\n", "ETRN #bcd.com\r\n",
    ];

    private const string Login = "AUTH PLAIN AGFsaWNlQGJjZC5jb20AYWxpY2UtYmNkLXNlY3JldA==", Mail = "MAIL FROM:<alice@bcd.com>", Rcpt = "RCPT TO:<carol@cde.com>";

    private static readonly FuzzedSession[] s_sessions =
    [
        new("smtp"),
        new("submission"),
        new("lmtp"),
        new("smtp") { Said = ["EHLO x", "STARTTLS"] },
        new("smtp") { Said = ["EHLO x", "STARTTLS", "EHLO x", Mail, Rcpt, "DATA"] },
        new("smtp") { Said = ["EHLO x", Login], Opening = $"{Mail}\r\n{Rcpt}\r\n" },
        new("smtp") { Said = ["EHLO x", Mail + " BODY=BINARYMIME", Rcpt, "BDAT 0"] },
        new("submission") { Said = ["EHLO x", "STARTTLS", "EHLO x", Login] },
        new("submission") { Said = ["EHLO x", "AUTH LOGIN"] },
        new("submissions") { Said = ["EHLO x", Login, Mail, Rcpt, "RCPT TO:<x1@xyz.test>", "DATA"] },
        new("submissions") { Said = ["EHLO x", Login, Mail, Rcpt, "BDAT 0"] },
        new("lmtp") { Said = ["LHLO x", Mail, Rcpt, "RCPT TO:<bob@cde.com>", "DATA"] },
        new("lmtp") { Said = ["LHLO x", "STARTTLS", "LHLO x", Mail, Rcpt, "RCPT TO:<bob@cde.com>", "BDAT 0"] },
    ];

    [Fact]
    public async Task No_mutation_harms_or_is_taken_for_a_message()
    {
        await using TestServer server = await TestServer.StartAsync(new() { Servers = new() { Tarpit = TimeSpan.Zero, MaxErrors = 200, MaxMessageOctets = 20_000 }, LongestLoginDelay = TimeSpan.Zero });
        await new Fuzz("smtp", s_sessions, s_marks).RunAsync(server, Fault);
        (string last, _) = await Fuzz.ExchangeAsync(server, new("smtp"), "EHLO x\r\nQUIT\r\n"u8.ToArray(), Random.Shared);
        Assert.EndsWith("221 2.0.0 bye\r\n", last, StringComparison.Ordinal);
    }

    /// <summary>Null: all is well. After STARTTLS was begun, what comes is TLS.</summary>
    private static string? Fault(FuzzedSession session, byte[] sent, string heard)
    {
        int tls = heard.IndexOf("ready to start TLS\r\n", StringComparison.Ordinal);
        string plain = tls < 0 ? heard : heard[..(tls + 20)];
        if (plain.Length > 0 && !plain.EndsWith("\r\n", StringComparison.Ordinal))
            return "a reply without its end";
        foreach (string line in plain.Split("\r\n")[..^1])
            if (!Reply().IsMatch(line))
                return $"no reply: '{line}'";
        string text = Encoding.Latin1.GetString(sent);
        int ends = End().Count("\r\n" + text) + Last().Count(text), accepted = plain.Split("250 2.0.0 accepted").Length - 1;
        // LMTP accepts a message for each recipient
        int most = session.Service == "lmtp" ? ends * (session.Said.Length + Recipient().Count(text)) : ends;
        return accepted > most ? $"{accepted} messages accepted, {ends} sent" : null;
    }

    [GeneratedRegex(@"^[2-5][0-9][0-9]([ -][\x20-\x7e]*)?$")]
    private static partial Regex Reply();

    /// <summary>CR LF dot CR LF, the last CR LF being the first of the next, too.</summary>
    [GeneratedRegex(@"(?<=\r\n)\.\r\n")]
    private static partial Regex End();

    [GeneratedRegex("LAST", RegexOptions.IgnoreCase)]
    private static partial Regex Last();

    [GeneratedRegex("RCPT", RegexOptions.IgnoreCase)]
    private static partial Regex Recipient();
}
