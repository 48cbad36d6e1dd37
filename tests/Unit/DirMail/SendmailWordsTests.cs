using System.Text;
using DirMail.Sendmail;

namespace DirMail.Unit.Executable;

/// <summary>What programs have given sendmail for decades: joined flags, addresses with names, headers with groups, the first line of an mbox.</summary>
public sealed class SendmailWordsTests
{
    [Theory]
    [InlineData("-t", "-i")]
    [InlineData("-ti")]
    [InlineData("-it")]
    [InlineData("-oi", "-vt")]
    public void Flags_may_stand_in_one_word(params string[] words)
    {
        SendmailOptions options = Options([.. words, "carol@cde.com"]);
        Assert.True(options is { ReadsRecipients: true, IgnoresDots: true });
        Assert.Equal(["carol@cde.com"], options.Recipients);
    }

    [Theory]
    [InlineData("bob@bcd.com", "-f", "bob@bcd.com")]
    [InlineData("bob@bcd.com", "-fbob@bcd.com")]
    [InlineData("bob@bcd.com", "-if", "<bob@bcd.com>")]
    [InlineData("bob@bcd.com", "-f", "\"Baker, Bob\" <bob@bcd.com>")]
    [InlineData("bob", "-fbob")]
    [InlineData("", "-f", "")]
    [InlineData("", "-f<>")]
    [InlineData("a b@bcd.com", "-f", "a b@bcd.com")]
    public void The_sender_may_have_a_name(string sender, params string[] words) => Assert.Equal(sender, Options(words).Sender);

    [Theory]
    [InlineData("carol@cde.com", "carol@cde.com")]
    [InlineData("carol@cde.com, root", "carol@cde.com", "root")]
    [InlineData("<carol@cde.com>,<dora@cde.com>", "carol@cde.com", "dora@cde.com")]
    [InlineData("\"C, Carol\" <carol@cde.com>, Dora <dora@cde.com>", "carol@cde.com", "dora@cde.com")]
    [InlineData("carol@cde.com>\r\nRCPT TO:<dora@cde.com", "carol@cde.com>\r\nRCPT TO:<dora@cde.com")]
    public void Recipients_may_have_names(string word, params string[] recipients) => Assert.Equal(recipients, Options([word]).Recipients);

    [Theory]
    [InlineData("To: undisclosed-recipients:;\nBcc: carol@cde.com\n", "carol@cde.com")]
    [InlineData("To: Team: carol@cde.com, Dora <dora@cde.com>;, root\n", "carol@cde.com", "dora@cde.com", "root")]
    [InlineData("To: \"a b\"@cde.com, \"a.b\"@cde.com, \"a\\\"b\" <\"a\\\"b\"@cde.com>\n", "\"a b\"@cde.com", "a.b@cde.com", "\"a\\\"b\"@cde.com")]
    [InlineData("From root Mon Nov 23 10:00:00 2026\nTo: carol@cde.com\n", "carol@cde.com")]
    [InlineData("To: carol@cde.com\nResent-To: dora@cde.com\n", "dora@cde.com")]
    public async Task Recipients_are_read_from_the_header(string header, params string[] recipients) => Assert.Equal(recipients, (await ReadAsync(header + "\nbody\n")).Recipients());

    [Fact]
    public async Task The_first_line_of_an_mbox_is_no_part_of_the_message() =>
        Assert.Equal(["Subject: x", "", "From here on"], await LinesAsync("From root Mon Nov 23 10:00:00 2026\nSubject: x\n\nFrom here on\n"));

    [Fact]
    public async Task Octets_stay_what_they_are_also_behind_a_byte_order_mark() =>
        Assert.Equal(["\u00EF\u00BB\u00BFSubject: caf\u00C3\u00A9", "", "\u00C3\u00A9"], await LinesAsync("\u00EF\u00BB\u00BFSubject: caf\u00C3\u00A9\n\n\u00C3\u00A9\n"));

    private static SendmailOptions Options(string[] words)
    {
        SendmailOptions options = SendmailOptions.Read(words, out string? problem);
        Assert.Null(problem);
        return options;
    }

    private static Task<LocalMessage> ReadAsync(string octets) => LocalMessage.ReadAsync(new MemoryStream(Encoding.Latin1.GetBytes(octets)), ignoresDots: true, CancellationToken.None);

    private static async Task<string[]> LinesAsync(string octets)
    {
        List<string> lines = [];
        await foreach (string line in (await ReadAsync(octets)).LinesAsync(""))
            lines.Add(line);
        return [.. lines];
    }
}
