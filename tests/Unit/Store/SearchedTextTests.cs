using System.Text;
using DirMail.Mail;
using DirMail.Mail.Mime;
using DirMail.Store;
using DirMail.Store.Searching;

namespace DirMail.Unit.Store;

public sealed class SearchedTextTests
{
    private const string Umlauts = "Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=C4rger mit =D6l\r\n";

    /// <summary>Header fields of parts count for TEXT, as those of the message (RFC 9051 6.4.4).</summary>
    private const string Attached = "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nseen\r\n--b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment;\r\n filename=\"plan.pdf\"\r\nContent-Description: =?utf-8?q?=C3=9Cbersicht?=\r\n"
        + "Content-Transfer-Encoding: base64\r\n\r\naGlkZGVu\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\nContent-Disposition: attachment; filename=deeper.txt\r\n\r\nx\r\n--c--\r\n--b--\r\n";

    [Theory]
    [InlineData("Subject: =?utf-8?Q?J=C3=B6rg?= =?utf-8?Q?ens?=\r\n\r\n", "field:subject:JÖRGENS", true)]
    [InlineData("Subject: one\r\nSubject: two\r\n\r\n", "field:SUBJECT:two", true)]
    [InlineData("Subject: one\r\n\r\nSubject: two\r\n", "field:subject:two", false)]
    [InlineData("X-Flag:\r\n\r\n", "field:x-flag:", true)]
    [InlineData("X-Flags: yes\r\n\r\n", "field:x-flag:", false)]
    [InlineData("Subject: folded\r\n value\r\n\r\n", "text::subject: folded value", true)]
    [InlineData("Subject: one\r\n\r\ntwo\r\n", "body::one", false)]
    [InlineData("Subject: one\r\n\r\ntwo\r\n", "text::TWO", true)]
    [InlineData(Umlauts, "body::ärger mit öl", true)]
    [InlineData(Umlauts, "body::=C4rger", false)]
    [InlineData("Content-Transfer-Encoding: x-none\r\n\r\ntext\r\n", "body::text", false)]
    [InlineData("Content-Type: image/png\r\n\r\ntext\r\n", "body::text", false)]
    [InlineData("Content-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\nin there\r\n", "body::inner", true)]
    [InlineData("Content-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\nin there\r\n", "body::in there", true)]
    [InlineData("Subject: one\r\n\r\n", "body::", true)]
    [InlineData(Attached, "text::PLAN.pdf", true)]
    [InlineData(Attached, "text::content-type: application/pdf", true)]
    [InlineData(Attached, "text::Übersicht", true)]
    [InlineData(Attached, "text::deeper.txt", true)]
    [InlineData(Attached, "body::plan.pdf", false)]
    [InlineData(Attached, "body::deeper.txt", false)]
    [InlineData(Attached, "field:content-disposition:plan", false)]
    [InlineData(Attached, "body::seen", true)]
    public async Task Finds_what_a_reader_would_see(string message, string query, bool expected)
    {
        await using TestStore store = await TestStore.OpenAsync();
        Assert.Equal([expected], await HoldAsync(store, Query(query), message));
    }

    [Theory]
    [InlineData(60_000)]
    [InlineData(65_530)]
    [InlineData(400_000)]
    public async Task Finds_in_content_that_lies_in_a_file_across_its_pieces(int before)
    {
        await using TestStore store = await TestStore.OpenAsync();
        string message = "Subject: large\r\n\r\n" + string.Concat(Enumerable.Repeat("0123456789\r\n", before / 12)) + new string('x', before % 12) + "needle in it" + new string('y', 100_000);
        Assert.Equal([true], await HoldAsync(store, TextQuery.InBody("NEEDLE in it"), message));
        Assert.Equal([false, true], await HoldAsync(store, TextQuery.Anywhere("subject: large"), "Subject: small\r\n\r\n", message));
    }

    [Fact]
    public void Finds_a_text_however_it_is_cut()
    {
        var random = new Random(4);
        for (int run = 0; run < 2000; run++)
        {
            string text = new([.. Enumerable.Range(0, random.Next(30)).Select(_ => "abA"[random.Next(3)])]);
            string needle = new([.. Enumerable.Range(0, 1 + random.Next(6)).Select(_ => "ab"[random.Next(2)])]);
            var finder = new TextFinder(TextQuery.InBody(needle));
            bool found = false;
            for (int at = 0, length; at < text.Length && !found; at += length)
                found = finder.Take(text.AsSpan(at, length = Math.Min(text.Length - at, 1 + random.Next(5))));
            Assert.Equal(text.Contains(needle, StringComparison.OrdinalIgnoreCase), found);
        }
    }

    [Fact]
    public void Finds_an_ASCII_text_in_octets_as_in_what_they_mean()
    {
        var random = new Random(5);
        for (int run = 0; run < 20_000; run++)
        {
            byte[] octets = [.. Enumerable.Range(0, random.Next(120)).Select(_ => (byte)"abAB@`[{ K\xE2\x84\xAA\xC5\xBF\xC4\xB1\xFF\0\n"[random.Next(20)])];
            string needle = new([.. Enumerable.Range(0, 1 + random.Next(4)).Select(_ => "abAB@`[{ ks"[random.Next(11)])]);
            Assert.True(TextQuery.InBody(needle).IsIn(Encoding.UTF8.GetString(octets)) == AsciiText.IsIn(octets, needle), $"{needle} in {Convert.ToHexString(octets)}");
        }
    }

    [Theory]
    [InlineData("utf-8")]
    [InlineData("us-ascii")]
    [InlineData("iso-8859-1")]
    [InlineData("koi8-r")]
    [InlineData("utf-16le")]
    public async Task Finds_in_a_body_what_its_charset_and_encoding_make_of_it(string charset)
    {
        await using TestStore store = await TestStore.OpenAsync();
        var random = new Random(6);
        List<string> texts = [.. Enumerable.Range(0, 60).Select(_ => new string([.. Enumerable.Range(0, random.Next(60)).Select(_ => "abAB=?ks Qz"[random.Next(11)])]))];
        string[] needles = [.. Enumerable.Range(0, 40).Select(_ => new string([.. Enumerable.Range(0, 1 + random.Next(3)).Select(_ => "abAB=?ks Qzäж"[random.Next(13)])]))];
        string[] messages = [.. texts.Select(text => random.Next(3) == 0 || charset == "utf-16le"
            ? $"Content-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: base64\r\n\r\n{Convert.ToBase64String(Charsets.Find(charset)!.GetBytes(text))}\r\n"
            : $"Content-Type: text/plain; charset={charset}\r\n{(random.Next(2) == 0 ? "Content-Transfer-Encoding: 8bit\r\n" : "")}\r\n{text}\r\n")];
        foreach (string needle in needles)
            Assert.Equal(texts.Select(text => text.Contains(needle, StringComparison.OrdinalIgnoreCase)), await HoldAsync(store, TextQuery.InBody(needle), messages));
    }

    [Fact]
    public async Task Passes_over_what_is_gone_and_stops_when_told()
    {
        await using TestStore store = await TestStore.OpenAsync();
        EntryId account = Samples.NewAccount();
        for (int i = 0; i < 4; i++)
            await store.DeliverAsync(Samples.Message($"m{i}", octets: i * 40_000), account);
        List<RenditionId> renditions = [.. (await store.ViewAsync(account)).Entries.Select(static entry => entry.Rendition)];
        renditions.Insert(1, new(long.MaxValue));
        var seen = new List<string>();
        await store.Mailboxes.LookThroughAsync(renditions, (i, text) =>
        {
            seen.Add(text is null ? $"{i} gone" : $"{i} {text.Fields().First(static field => field.Name == "Subject").Value}");
            return i < 3;
        }, CancellationToken.None);
        Assert.Equal(["0 m0", "1 gone", "2 m1", "3 m2"], seen);
    }

    private static TextQuery Query(string written) => written.Split(':', 3) switch
    {
        ["field", string name, string text] => TextQuery.InField(name, text),
        ["body", _, string text] => TextQuery.InBody(text),
        [_, _, string text] => TextQuery.Anywhere(text),
        _ => throw new ArgumentException(written),
    };

    private static async Task<List<bool>> HoldAsync(TestStore store, TextQuery query, params string[] messages)
    {
        EntryId account = Samples.NewAccount();
        foreach (string message in messages)
            await store.DeliverAsync(message, account);
        var hold = new List<bool>();
        await store.Mailboxes.LookThroughAsync([.. (await store.ViewAsync(account)).Entries.Select(static entry => entry.Rendition)], (_, text) =>
        {
            hold.Add(text!.Holds(query));
            return true;
        }, CancellationToken.None);
        return hold;
    }
}
