using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace DirMail.Transcripts;

/// <summary>Whatever comes (<see cref="Fuzz"/>): each reply is a reply, no message is accepted whose end was not sent, the server goes on, and the store is sound afterwards.</summary>
public sealed partial class SmtpFuzzTests
{
    private static readonly string[] s_marks =
    [
        "\r\n", "\n", "\r", ".\r\n", "\r\n.\r\n", "\n.\n", "\r.\r", "\n.\r\n", " ", "<", ">", ":", "=", "BDAT 5\r\n", "BDAT 3 LAST\r\n", "BDAT 99999999999999999999\r\n", "DATA\r\n",
        "EHLO x\r\n", "RSET\r\n", "MAIL FROM:<x@xyz.test>\r\n", "RCPT TO:<carol@cde.com>\r\n", " BODY=BINARYMIME", " SMTPUTF8", " NOTIFY=NEVER", "AUTH LOGIN\r\n", "ETRN #bcd.com\r\n",
    ];

    [Fact]
    public async Task No_mutation_harms_or_is_taken_for_a_message()
    {
        await using TestServer server = await TestServer.StartAsync(new() { Servers = new() { Tarpit = TimeSpan.Zero, MaxErrors = 200, MaxMessageOctets = 20_000 } });
        await new Fuzz("smtp", [""], s_marks).RunAsync(server, ["smtp", "submission"], Fault);
        (string last, _) = await Fuzz.ExchangeAsync(server.Endpoint("smtp", IPAddress.Loopback), "EHLO x\r\nQUIT\r\n"u8.ToArray(), Random.Shared);
        Assert.EndsWith("221 2.0.0 bye\r\n", last, StringComparison.Ordinal);
    }

    /// <summary>Null: all is well. After STARTTLS was begun, what comes is TLS.</summary>
    private static string? Fault(byte[] sent, string heard)
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
        return accepted > ends ? $"{accepted} messages accepted, {ends} sent" : null;
    }

    [GeneratedRegex(@"^[2-5][0-9][0-9]([ -][\x20-\x7e]*)?$")]
    private static partial Regex Reply();

    /// <summary>CR LF dot CR LF, the last CR LF being the first of the next, too.</summary>
    [GeneratedRegex(@"(?<=\r\n)\.\r\n")]
    private static partial Regex End();

    [GeneratedRegex("LAST", RegexOptions.IgnoreCase)]
    private static partial Regex Last();
}
