using System.Net;
using System.Text;

namespace DirMail.Transcripts;

/// <summary>Random searches of a mailbox, put while nothing is indexed, while some of it is, and when all is: the answers are the same, octet by octet.</summary>
public sealed class ImapSearchTests
{
    private const int Messages = 60;

    private static readonly string[] Words = ["pear", "Apple", "jörg", "a\"b", "x*y", "NEAR(pear)", "ap", "p", "plum pie", "ÄRGER", "(col:umn)", "\\\\"];

    [Fact]
    public async Task A_search_finds_the_same_however_far_the_index_is()
    {
        await using TestServer server = await TestServer.StartAsync(new());
        var random = new Random(6);
        List<string> searches = [.. Enumerable.Range(0, 150).Select(_ => Keys(random, 3))];
        await using Client client = await Client.ConnectAsync(server.Endpoint("imap", IPAddress.Loopback), oneByOne: false, proxied: null);
        await client.ReadLineAsync();
        await RunAsync(client, "LOGIN alice@bcd.com alice-bcd-secret");
        List<string> none, some, all;
        using (server.Store.HoldIndexing())
        {
            for (int i = 0; i < Messages / 2; i++)
                await AppendAsync(client, Message(random));
            await RunAsync(client, "SELECT INBOX");
            none = await SearchAsync(client, searches);
        }
        await server.Store.IndexedAsync();
        using (server.Store.HoldIndexing())
        {
            for (int i = 0; i < Messages / 2; i++)
                await AppendAsync(client, Message(random));
            some = await SearchAsync(client, searches);
        }
        await server.Store.IndexedAsync();
        all = await SearchAsync(client, searches);
        Assert.Equal(Messages, (await server.Store.SearchIndexStatisticsAsync(CancellationToken.None)).Messages);
        for (int i = 0; i < searches.Count; i++)
        {
            Assert.Equal((searches[i], some[i]), (searches[i], all[i]));
            Assert.Equal((searches[i], none[i]), (searches[i], FirstHalf(all[i])));
        }
        Assert.InRange(all.Count(static found => found != "* SEARCH"), 50, searches.Count - 1);
    }

    private static string FirstHalf(string found) =>
        string.Join(' ', found.Split(' ').Where(static word => !int.TryParse(word, System.Globalization.CultureInfo.InvariantCulture, out int number) || number <= Messages / 2));

    private static async Task<List<string>> SearchAsync(Client client, List<string> searches)
    {
        List<string> found = [];
        await RunAsync(client, "NOOP");
        foreach (string search in searches)
            found.Add((await RunAsync(client, "SEARCH CHARSET UTF-8 " + search)).Last(static line => line.StartsWith("* SEARCH", StringComparison.Ordinal)));
        return found;
    }

    private static async Task AppendAsync(Client client, string message)
    {
        await client.SendAsync($"x APPEND INBOX {{{Encoding.UTF8.GetByteCount(message)}+}}\r\n{message}\r\n");
        await EndAsync(client);
    }

    private static async Task<List<string>> RunAsync(Client client, string command)
    {
        await client.SendAsync($"x {command}\r\n");
        return await EndAsync(client);
    }

    private static async Task<List<string>> EndAsync(Client client)
    {
        List<string> lines = [];
        while (await client.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("x ", StringComparison.Ordinal))
            {
                Assert.StartsWith("x OK", line, StringComparison.Ordinal);
                return lines;
            }
            lines.Add(line);
        }
        throw new IOException("the server closed the connection");
    }

    private static string Message(Random random) =>
        $"Date: {random.Next(1, 29)} Feb 2026 10:00:00 +0000\r\nFrom: {Word(random)} <a@{random.Next(4)}.test>\r\nTo: b@c.test\r\nSubject: =?utf-8?B?{Convert.ToBase64String(Encoding.UTF8.GetBytes(Word(random) + Word(random)))}?=\r\n"
        + (random.Next(8) == 0 ? $"Subject: {Word(random)}\r\n" : "") + $"X-Kind: {Word(random)}\r\nMIME-Version: 1.0\r\n{(random.Next(4) == 0 ? Attachment(random) : "Content-Type: text/plain; charset=utf-8\r\n\r\n")}{string.Join("\r\n", Enumerable.Range(0, 5).Select(_ => Word(random) + " " + Word(random)))}\r\n";

    /// <summary>What follows is behind the last part, and nobody reads it.</summary>
    private static string Attachment(Random random) =>
        $"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: application/pdf\r\nContent-Description: {Word(random)}\r\n\r\n{Word(random)}\r\n--b--\r\n";

    private static string Keys(Random random, int depth) => random.Next(depth > 0 ? 12 : 8) switch
    {
        0 => $"SUBJECT {Text(random)}",
        1 => $"FROM {Text(random)}",
        2 => $"BODY {Text(random)}",
        3 or 4 => $"TEXT {Text(random)}",
        5 => $"HEADER {(random.Next(2) == 0 ? "X-Kind" : "Content-Description")} {Text(random)}",
        6 => $"SENTSINCE {random.Next(1, 29)}-Feb-2026",
        7 => $"{random.Next(1, 15)}:{random.Next(15, 31)}",
        8 => $"NOT {Keys(random, depth - 1)}",
        9 => $"OR {Keys(random, depth - 1)} {Keys(random, depth - 1)}",
        10 => $"({Keys(random, depth - 1)} {Keys(random, depth - 1)})",
        _ => $"UNSEEN {Keys(random, depth - 1)}",
    };

    private static string Text(Random random)
    {
        string word = Word(random);
        int start = random.Next(word.Length);
        string text = word.Substring(start, random.Next(1, word.Length - start + 1));
        text = random.Next(2) == 0 ? text.ToUpperInvariant() : text;
        return $"{{{Encoding.UTF8.GetByteCount(text)}+}}\r\n{text}";
    }

    private static string Word(Random random) => Words[random.Next(Words.Length)];
}
