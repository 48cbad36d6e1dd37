using System.Text;
using DirMail.Mail;
using DirMail.Store;
using DirMail.Store.Searching;
using DirMail.Store.Sqlite;

namespace DirMail.Unit.Store;

public sealed class SearchIndexTests
{
    private static readonly string[] Words =
    [
        "alpha", "Beta", "GAMMA", "jörg", "STRASSE", "straße", "Ärger", "日本語テキスト", "Κόσμος", "ΚΌΣΜΟΣ", "ſong", "song", "İzmir", "naïve", "naïve", "\U0001F600\U0001F601\U0001F602", "\U00010428\U00010429\U0001042A",
        "say \"hi\"", "a*b", "x AND y", "NEAR(", "^caret", "col:umn", "{brace}", "-minus", "it's", "\\back", "100%", "_", "\u0001\u001F\u0002", "\uFFFD", "ab", "é",
    ];

    private static readonly string[] Fields = ["Subject", "From", "To", "Cc", "Bcc", "X-Other", "subject", "Received"];

    [Fact]
    public void Letters_are_one_in_the_index_exactly_when_they_are_to_a_search()
    {
        for (char ascii = '\u0001'; ascii < 128; ascii++)
        {
            TextQuery query = TextQuery.InBody(ascii.ToString());
            string folded = Letters.Fold(ascii.ToString());
            for (char other = '\u0001'; other < 0xFFFF; other++)
                Assert.True(query.IsIn([other]) == (Letters.Fold(other.ToString()) == folded), $"U+{(int)ascii:X4} U+{(int)other:X4}");
        }
        foreach ((string one, string other) in (ReadOnlySpan<(string, string)>)[("ä", "Ä"), ("ς", "Σ"), ("\U00010428", "\U00010400"), ("я", "Я")])
            Assert.True(TextQuery.InBody(one).IsIn("x" + other) && TextQuery.InBody(other).IsIn(one));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_search_finds_with_the_index_what_it_finds_without(int seed)
    {
        await using TestStore store = await TestStore.OpenAsync();
        var random = new Random(seed);
        EntryId one = Samples.NewAccount(), two = Samples.NewAccount();
        List<string> messages = [.. Enumerable.Range(0, 120).Select(_ => RandomMessage(random))];
        foreach (string message in messages)
            await store.DeliverAsync(message, random.Next(5) == 0 ? [one, two] : [random.Next(3) == 0 ? two : one]);
        await store.Store.IndexedAsync();
        int known = 0;
        foreach (EntryId account in (EntryId[])[one, two])
        {
            IReadOnlyList<RenditionId> renditions = [.. (await store.ViewAsync(account)).Entries.Select(static entry => entry.Rendition)];
            TextQuery[] queries = [.. Enumerable.Range(0, 200).Select(_ => RandomQuery(random, messages))];
            IReadOnlyList<IndexAnswer[]> answers = await store.Mailboxes.AskIndexAsync(renditions, queries, CancellationToken.None);
            IReadOnlyList<bool[]> held = await HoldAsync(store, renditions, queries);
            for (int q = 0; q < queries.Length; q++)
            {
                for (int m = 0; m < renditions.Count; m++)
                    Assert.True(answers[q][m] == IndexAnswer.Unknown || answers[q][m] == IndexAnswer.Yes == held[q][m], $"{queries[q]}: the index says {answers[q][m]} of {await store.TextAsync(renditions[m])}");
                known += answers[q].Count(static answer => answer != IndexAnswer.Unknown);
            }
        }
        Assert.InRange(known, 10_000, int.MaxValue);
    }

    [Fact]
    public async Task What_is_not_indexed_yet_is_unknown_and_found_by_reading()
    {
        await using TestStore store = await TestStore.OpenAsync();
        EntryId account = Samples.NewAccount();
        await DeliverAsync(store, account, 20, "early");
        await store.Store.IndexedAsync();
        using (store.Store.HoldIndexing())
        {
            await DeliverAsync(store, account, 5, "late");
            IndexAnswer[] answers = await AskAsync(store, account, TextQuery.InField("Subject", "early"));
            Assert.Equal([.. Enumerable.Repeat(IndexAnswer.Unknown, 25)], answers);
            answers = await AskAsync(store, account, TextQuery.InField("Subject", "late"));
            Assert.Equal([.. Enumerable.Repeat(IndexAnswer.No, 20), .. Enumerable.Repeat(IndexAnswer.Unknown, 5)], answers);
            SearchIndexStatistics statistics = await store.Store.SearchIndexStatisticsAsync(CancellationToken.None);
            Assert.Equal((20, 5, store.Clock.GetUtcNow()), (statistics.Messages, statistics.Lag, statistics.LagsSince));
        }
        await store.Store.IndexedAsync();
        Assert.Equal([.. Enumerable.Repeat(IndexAnswer.No, 25)], await AskAsync(store, account, TextQuery.InField("Subject", "later")));
        SearchIndexStatistics caughtUp = await store.Store.SearchIndexStatisticsAsync(CancellationToken.None);
        Assert.Equal((25, 0, null), (caughtUp.Messages, caughtUp.Lag, caughtUp.LagsSince));
        Assert.InRange(caughtUp.Octets, 1, 10_000_000);
    }

    [Fact]
    public async Task What_a_search_had_to_read_is_indexed_before_the_rest()
    {
        await using TestStore store = await TestStore.OpenAsync();
        EntryId account = Samples.NewAccount();
        await DeliverAsync(store, account, 1, "first");
        await store.Store.IndexedAsync();
        using (store.Store.HoldIndexing())
        {
            await DeliverAsync(store, account, 100, "m");
            List<RenditionId> searched = [.. (await store.ViewAsync(account)).Entries.Skip(61).Select(static entry => entry.Rendition)];
            Assert.All((await store.Mailboxes.AskIndexAsync(searched, [TextQuery.InBody("nothing like it")], CancellationToken.None))[0], static answer => Assert.Equal(IndexAnswer.Unknown, answer));
        }
        await store.Store.IndexedAsync();
        using Connection index = IndexDatabase.OpenConnection(IndexDatabase.PathIn(store.Settings));
        // numbers are given in the order in which an account's messages are indexed
        Assert.Equal(40, index.Ask("SELECT count(*) FROM (SELECT rendition, row_number() OVER (ORDER BY doc) AS place, row_number() OVER (ORDER BY rendition) AS age FROM message) WHERE place BETWEEN 2 AND 41 AND age > 61"));
        Assert.Equal(101, (await store.Store.SearchIndexStatisticsAsync(CancellationToken.None)).Messages);
        Assert.Empty(await store.Store.CheckAsync(CancellationToken.None));
        Assert.Equal([.. Enumerable.Repeat(IndexAnswer.No, 101)], await AskAsync(store, account, TextQuery.InBody("nothing like it")));
    }

    [Fact]
    public async Task A_text_of_three_letters_needs_no_reading_at_all()
    {
        await using TestStore store = await TestStore.OpenAsync();
        EntryId account = Samples.NewAccount();
        await DeliverAsync(store, account, 20, "none");
        await store.DeliverAsync(Samples.Message("with the word"), account);
        await store.Store.IndexedAsync();
        Assert.Equal([.. Enumerable.Repeat(IndexAnswer.No, 20), IndexAnswer.Yes], await AskAsync(store, account, TextQuery.Anywhere("THE")));
        Assert.Equal([.. Enumerable.Repeat(IndexAnswer.Unknown, 21)], await AskAsync(store, account, TextQuery.Anywhere("th")));
    }

    [Fact]
    public async Task A_message_is_indexed_once_however_many_have_it()
    {
        await using TestStore store = await TestStore.OpenAsync();
        EntryId[] accounts = [.. Enumerable.Range(0, 10).Select(static _ => Samples.NewAccount())];
        for (int i = 0; i < 20; i++)
            await store.DeliverAsync(Samples.Message($"to all {i}"), accounts);
        await store.Store.IndexedAsync();
        Assert.Equal(20, (await store.Store.SearchIndexStatisticsAsync(CancellationToken.None)).Messages);
        Assert.Equal([.. Enumerable.Repeat(IndexAnswer.No, 20)], await AskAsync(store, accounts[9], TextQuery.InBody("nothing like it")));
    }

    [Fact]
    public async Task Every_copy_of_a_message_in_one_mailbox_is_found()
    {
        await using TestStore store = await TestStore.OpenAsync();
        EntryId account = Samples.NewAccount();
        await DeliverAsync(store, account, 20, "other");
        await store.DeliverAsync(Samples.Message("twice"), account);
        MailboxView view = await store.ViewAsync(account);
        await store.Mailboxes.CopyAsync(view.Mailbox.Id, [view.Entries[^1].Uid], view.Mailbox.Id, Quota.None, CancellationToken.None);
        await store.Store.IndexedAsync();
        Assert.Equal([.. Enumerable.Repeat(IndexAnswer.No, 20), IndexAnswer.Yes, IndexAnswer.Yes], await AskAsync(store, account, TextQuery.Anywhere("twi")));
    }

    [Fact]
    public async Task What_is_swept_leaves_the_index_too()
    {
        await using TestStore store = await TestStore.OpenAsync();
        EntryId account = Samples.NewAccount();
        await DeliverAsync(store, account, 20, "m");
        await store.Store.IndexedAsync();
        MailboxView view = await store.ViewAsync(account);
        await store.Mailboxes.RemoveAsync(view.Mailbox.Id, [.. view.Entries.Take(15).Select(static entry => entry.Uid)], CancellationToken.None);
        store.Clock.Advance(TimeSpan.FromMinutes(10));
        await store.Store.SweepAsync(CancellationToken.None);
        await store.Store.IndexedAsync();
        Assert.Equal(5, (await store.Store.SearchIndexStatisticsAsync(CancellationToken.None)).Messages);
    }

    [Fact]
    public async Task What_comes_in_the_place_of_what_was_swept_is_found()
    {
        await using TestStore store = await TestStore.OpenAsync();
        EntryId account = Samples.NewAccount();
        await DeliverAsync(store, account, 30, "former");
        await store.Store.IndexedAsync();
        MailboxView view = await store.ViewAsync(account);
        await store.Mailboxes.RemoveAsync(view.Mailbox.Id, [.. view.Entries.Skip(10).Select(static entry => entry.Uid)], CancellationToken.None);
        store.Clock.Advance(TimeSpan.FromMinutes(10));
        await store.Store.SweepAsync(CancellationToken.None);
        await store.Store.IndexedAsync();
        await DeliverAsync(store, account, 20, "latter");
        await store.Store.IndexedAsync();
        Assert.Equal([.. Enumerable.Repeat(IndexAnswer.No, 10), .. Enumerable.Repeat(IndexAnswer.Unknown, 20)], await AskAsync(store, account, TextQuery.InField("Subject", "latter")));
        Assert.Equal([.. Enumerable.Repeat(IndexAnswer.Unknown, 10), .. Enumerable.Repeat(IndexAnswer.No, 20)], await AskAsync(store, account, TextQuery.InField("Subject", "former")));
    }

    [Fact]
    public async Task Another_account_with_much_mail_between_changes_no_answer()
    {
        await using TestStore store = await TestStore.OpenAsync();
        EntryId one = Samples.NewAccount(), two = Samples.NewAccount();
        for (int i = 0; i < 20; i++)
        {
            await store.DeliverAsync(Samples.Message($"shared {i}"), one, two);
            await DeliverAsync(store, two, 1, "own");
        }
        await store.Store.IndexedAsync();
        Assert.Equal([.. Enumerable.Repeat(IndexAnswer.Unknown, 20)], await AskAsync(store, one, TextQuery.InField("Subject", "shared")));
        IndexAnswer[] answers = await AskAsync(store, two, TextQuery.InField("Subject", "shared"));
        Assert.Equal((20, 20), (answers.Count(static answer => answer == IndexAnswer.No), answers.Count(static answer => answer == IndexAnswer.Unknown)));
    }

    [Fact]
    public async Task Of_a_message_larger_than_its_bound_only_what_is_found_is_known()
    {
        await using TestStore store = await TestStore.OpenAsync();
        EntryId account = Samples.NewAccount();
        await DeliverAsync(store, account, 20, "m");
        await store.DeliverAsync($"Subject: large\r\n\r\nqqq\r\n{string.Concat(Enumerable.Repeat("0123456789abcdef\r\n", 20_000))}zzz\r\n", account);
        await store.Store.IndexedAsync();
        Assert.Equal(IndexAnswer.Yes, (await AskAsync(store, account, TextQuery.InBody("qqq")))[^1]);
        Assert.Equal(IndexAnswer.Unknown, (await AskAsync(store, account, TextQuery.InBody("zzz")))[^1]);
        Assert.Equal(IndexAnswer.No, (await AskAsync(store, account, TextQuery.InField("Subject", "zzz")))[^1]);
    }

    [Fact]
    public async Task Mail_that_waited_in_the_queue_is_indexed_when_it_has_come_into_a_mailbox()
    {
        await using TestStore store = await TestStore.OpenAsync();
        LocalDelivery delivery = Samples.Delivery(Samples.NewAccount());
        await store.CommitAsync(Samples.Message("queued"), new() { Queued = [Samples.Queued(store.Clock, "b@example.test") with { Prefix = delivery.Prefix }] });
        await store.Store.IndexedAsync();
        SearchIndexStatistics statistics = await store.Store.SearchIndexStatisticsAsync(CancellationToken.None);
        Assert.Equal((0, 0), (statistics.Messages, statistics.Lag));
        QueueRow row = Assert.Single(await store.Queue.ListAsync(new(), null, 10, CancellationToken.None));
        await store.Store.CompleteAsync(new(row.Id, [new(row.Recipients[0].Id, new Outcome.Delivered("local", ""), null) { Deliver = delivery }]), CancellationToken.None);
        await store.ReopenAsync();
        await store.Store.IndexedAsync();
        Assert.Equal(1, (await store.Store.SearchIndexStatisticsAsync(CancellationToken.None)).Messages);
    }

    internal static async Task DeliverAsync(TestStore store, EntryId account, int messages, string subject)
    {
        for (int i = 0; i < messages; i++)
            await store.DeliverAsync(Samples.Message($"{subject} {i}", octets: 2000), account);
    }

    internal static async Task<IndexAnswer[]> AskAsync(TestStore store, EntryId account, TextQuery query) =>
        (await store.Mailboxes.AskIndexAsync([.. (await store.ViewAsync(account)).Entries.Select(static entry => entry.Rendition)], [query], CancellationToken.None))[0];

    private static async Task<IReadOnlyList<bool[]>> HoldAsync(TestStore store, IReadOnlyList<RenditionId> renditions, TextQuery[] queries)
    {
        bool[][] held = [.. queries.Select(_ => new bool[renditions.Count])];
        await store.Mailboxes.LookThroughAsync(renditions, (m, text) =>
        {
            for (int q = 0; q < queries.Length; q++)
                held[q][m] = text!.Holds(queries[q]);
            return true;
        }, CancellationToken.None);
        return held;
    }

    private static string RandomMessage(Random random)
    {
        var message = new StringBuilder();
        for (int i = random.Next(2, 7); i > 0; i--)
            message.Append(Fields[random.Next(Fields.Length)]).Append(": ").Append(RandomValue(random)).Append("\r\n");
        string body = string.Join(random.Next(2) == 0 ? " " : "\r\n", Enumerable.Range(0, random.Next(1, 30)).Select(_ => Words[random.Next(Words.Length)]));
        // TestStore writes Latin-1: octets of UTF-8 one by one
        string utf8 = Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(body));
        return message.Append(random.Next(5) switch
        {
            0 => $"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{Convert.ToBase64String(Encoding.UTF8.GetBytes(body), Base64FormattingOptions.InsertLineBreaks)}\r\n",
            1 => $"Content-Type: text/plain; charset=utf-16le\r\nContent-Transfer-Encoding: base64\r\n\r\n{Convert.ToBase64String(Encoding.Unicode.GetBytes(body), Base64FormattingOptions.InsertLineBreaks)}\r\n",
            2 => $"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n{utf8}\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: {RandomValue(random)}\r\n\r\ninner {utf8}\r\n--b\r\nContent-Type: image/png\r\n\r\nhidden\r\n--b--\r\n",
            _ => $"\r\n{utf8}\r\n",
        }).ToString();
    }

    private static string RandomValue(Random random)
    {
        IEnumerable<string> words = Enumerable.Range(0, random.Next(1, 5)).Select(_ => Words[random.Next(Words.Length)]);
        return random.Next(3) switch
        {
            0 => string.Join(" ", words.Select(static word => $"=?utf-8?B?{Convert.ToBase64String(Encoding.UTF8.GetBytes(word))}?=")),
            1 => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(string.Join("\r\n ", words))),
            _ => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(string.Join(" ", words))),
        };
    }

    /// <summary>A piece of what stands somewhere, in another case at times, or something that mostly stands nowhere.</summary>
    private static TextQuery RandomQuery(Random random, List<string> messages)
    {
        string word = random.Next(4) switch
        {
            0 => $"{Words[random.Next(Words.Length)]} {Words[random.Next(Words.Length)]}",
            1 => Words[random.Next(Words.Length)] + Words[random.Next(Words.Length)],
            2 => messages[random.Next(messages.Count)],
            _ => Words[random.Next(Words.Length)],
        };
        int length = Math.Min(word.Length, random.Next(0, 9)), start = random.Next(word.Length - length + 1);
        string text = word.Substring(start, length);
        text = random.Next(3) switch { 0 => text.ToUpperInvariant(), 1 => text.ToLowerInvariant(), _ => text };
        return random.Next(3) switch
        {
            0 => TextQuery.InField(Fields[random.Next(Fields.Length)].ToUpperInvariant(), text),
            1 => TextQuery.InBody(text),
            _ => TextQuery.Anywhere(text),
        };
    }
}
