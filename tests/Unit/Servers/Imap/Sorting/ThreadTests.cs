using System.Globalization;
using System.Text;
using DirMail.Mail.Mime;
using DirMail.Servers.Imap.Sorting;
using DirMail.Store;

namespace DirMail.Unit.Servers.Imap.Sorting;

/// <summary>THREAD=REFERENCES (RFC 5256 3). A message is "id; references; subject", sent in the order given.</summary>
public sealed class ThreadTests
{
    [Theory]
    // one after the other, and beside each other
    [InlineData("(1 2 3)", "a;;s", "b;a;Re: s", "c;a b;Re: s")]
    [InlineData("(1 (2)(3))", "a;;s", "b;a;Re: s", "c;a;Re: s")]
    [InlineData("(1)(2)", "a;;s", "b;;t")]
    // answers before what they answer
    [InlineData("(2 1)", "b;a;Re: s", "a;;s")]
    // the middle one is missing; the first one is missing with one and with two answers
    [InlineData("(1 2)", "a;;s", "c;a b;Re: s")]
    [InlineData("(1)", "b;a;Re: s")]
    [InlineData("((1)(2))", "b;a;Re: s", "c;a;Re: s")]
    // references go round in a circle
    [InlineData("(2 1)", "a;b;s", "b;a;s")]
    [InlineData("(1)", "a;a;s")]
    // the same id twice, no id
    [InlineData("(1)(2)", "a;;s", "a;;t")]
    [InlineData("(1)(2)", ";;s", ";;t")]
    // by subject
    [InlineData("(1 2)", "a;;s", "b;;Re: s")]
    [InlineData("((1)(2))", "a;;s", "b;;s")]
    [InlineData("((1)(2)(3))", "a;;s", "b;;s", "c;;s")]
    [InlineData("(2 1)", "a;;Re: s", "b;;s")]
    [InlineData("((1)(2)(3))", "b;a;Re: s", "c;a;Re: s", "d;;s")]
    [InlineData("(1)(2)", "a;;", "b;;")]
    // several ids in what is older than References
    [InlineData("")]
    public void Threads_are_put_together(string expected, params string[] messages)
    {
        ThreadTable table = new();
        for (int i = 0; i < messages.Length; i++)
            Add(table, i, messages[i].Split(';'));
        Assert.Equal(expected, Written(table.Build()));
    }

    [Fact]
    public void Depth_costs_no_stack()
    {
        ThreadTable table = new();
        for (int i = 0; i < 20_000; i++)
            Add(table, i, [$"{i}", i > 1 ? $"{i - 2}" : "", $"s{i % 2}"]);
        string written = Written(table.Build());
        Assert.Equal(20_000, written.Count(char.IsWhiteSpace) + 2);
    }

    private static void Add(ThreadTable table, int index, string[] parts)
    {
        DateTimeOffset sent = new DateTimeOffset(2026, 2, 2, 0, 0, 0, TimeSpan.Zero).AddSeconds(index);
        MessageEnvelope envelope = new()
        {
            Date = sent.ToString("d MMM yyyy HH:mm:ss", CultureInfo.InvariantCulture) + " +0000",
            MessageId = parts[0].Length > 0 ? $"<{parts[0]}@x>" : null,
            References = string.Join(' ', parts[1].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static id => $"<{id}@x>")),
            Subject = parts[2],
        };
        table.Add(index, new(new((uint)index + 1), new(1), MessageFlags.None, sent, new(1), 1), envelope);
    }

    private static string Written(List<ThreadNode> roots)
    {
        StringBuilder line = new();
        ThreadFormat.Append(line, roots, static index => (uint)index + 1);
        return line.ToString();
    }
}
