using System.Reflection;
using System.Text.RegularExpressions;
using DirMail.Mail;
using DirMail.Servers.Smtp;
using DirMail.Unit.Architecture;

namespace DirMail.Unit.Mail;

/// <summary>
/// Every answer of <see cref="Responses"/> is waited for by a transcript, in words that are no other answer's; every row of docs/responses.md names what shows it, and its codes are there.
/// </summary>
public sealed partial class ResponsesGateTests
{
    /// <summary>What no transcript can hold, why, and what shows it.</summary>
    private static readonly Dictionary<string, (string Why, string ShownBy)> Exceptions = new()
    {
        [nameof(Responses.Cancelled)] = ("said in a report, never in a dialogue", "ReadableFormTests.What_is_cancelled_and_returned_is_reported"),
        [nameof(Responses.Listed)] = ("always said with the name of the zone", "smtp/checks-sender.txt"),
    };

    private static readonly IReadOnlyDictionary<string, string[]> Expected = Directory
        .EnumerateFiles(Checkout.PathOf("tests/Transcripts"), "*.txt", SearchOption.AllDirectories)
        .Where(static file => Path.GetFileName(Path.GetDirectoryName(file)) is "smtp" or "imap" or "pop3")
        .ToDictionary(static file => $"{Path.GetFileName(Path.GetDirectoryName(file))}/{Path.GetFileName(file)}", static file => Expectation().Matches(File.ReadAllText(file)).Select(static match => match.Groups[1].Value).ToArray());

    private static readonly Lazy<string> Tests = new(static () => string.Concat(Directory.EnumerateFiles(Checkout.PathOf("tests"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText)));

    private static readonly string[] Replies = [.. Members().SelectMany(static member => member.Lines).Distinct()];

    public static TheoryData<string> Answers => [.. Members().Select(static member => member.Name)];

    public static TheoryData<string> Rows => [.. Documented().Select(static row => row.Section + ": " + row.Situation)];

    public static TheoryData<string> Verbs => [.. SmtpCommand.All.Select(static command => command.Verb)];

    [Theory]
    [MemberData(nameof(Answers))]
    public void Each_answer_is_shown(string member)
    {
        string[] lines = Members().First(one => one.Name == member).Lines;
        string[] missing = [.. lines.Where(line => !Expected.Values.SelectMany(static patterns => patterns).Any(pattern => IsOnly(pattern, line)))];
        if (Exceptions.TryGetValue(member, out (string Why, string ShownBy) exception))
            Assert.True(missing.Length > 0 && Exists(exception.ShownBy), $"{member}: shown after all, or {exception.ShownBy} is not there");
        else
            Assert.Empty(missing);
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Each_row_names_what_shows_it(string row)
    {
        (_, _, string answer, string[] shownBy) = Documented().First(one => one.Section + ": " + one.Situation == row);
        Assert.NotEmpty(shownBy);
        Assert.All(shownBy, static name => Assert.True(Exists(name), name));
        string[] waitedFor = [.. shownBy.SelectMany(static name => Expected.GetValueOrDefault(name) ?? [])];
        Assert.All(Code().Matches(answer).Select(static match => match.Value), code => Assert.True(waitedFor.Length == 0 || waitedFor.Any(line => line.Contains(code, StringComparison.Ordinal)), $"{code} in none of {string.Join(", ", shownBy)}"));
    }

    /// <summary>Also in the other forms: each transcript of the folder is played octet by octet as well.</summary>
    [Theory]
    [MemberData(nameof(Verbs))]
    public void Each_SMTP_command_is_played(string verb) =>
        Assert.Contains(Directory.EnumerateFiles(Checkout.PathOf("tests/Transcripts/smtp"), "*.txt"), file => Regex.IsMatch(File.ReadAllText(file), $@"^[A-Z]>>? {verb}( |\\r|\r?$)", RegexOptions.Multiline));

    [Fact]
    public void Each_SMTP_extension_is_offered_in_one()
    {
        string[] lines = [.. Expected.Where(static file => file.Key.StartsWith("smtp/", StringComparison.Ordinal)).SelectMany(static file => file.Value)];
        Assert.All(SmtpExtension.All, extension => Assert.Contains(lines, line => Regex.IsMatch(line, $@"^250[ -]{extension.Keyword}\b")));
    }

    /// <summary>The pattern of a transcript is that answer, and can be no other.</summary>
    private static bool IsOnly(string pattern, string line)
    {
        var matching = new Regex("^" + Regex.Escape(pattern).Replace(@"\*", ".*", StringComparison.Ordinal) + "$");
        return matching.IsMatch(line) && !Replies.Any(other => other != line && matching.IsMatch(other));
    }

    private static bool Exists(string name) => Expected.ContainsKey(name)
        || (name.Split('.') is [var type, var method] && Tests.Value.Contains($"class {type}", StringComparison.Ordinal) && Tests.Value.Contains($" {method}(", StringComparison.Ordinal));

    /// <summary>Members and what they look like on the wire: those of logins in three protocols, IMAP's behind a tag.</summary>
    private static IEnumerable<(string Name, string[] Lines)> Members()
    {
        foreach (FieldInfo field in typeof(Responses).GetFields(BindingFlags.Public | BindingFlags.Static))
            switch (field.GetValue(null))
            {
                case Reply reply:
                    yield return (field.Name, [reply.ToString()]);
                    break;
                case AccessReply access:
                    string pop3 = $"-ERR [{access.Pop3Code}] {access.Text}";
                    // a maildrop is POP3's alone
                    yield return (field.Name, access == Responses.MaildropInUse ? [pop3] : [access.Smtp.ToString(), $"NO [{access.ImapCode}] {access.Text}", pop3]);
                    break;
            }
    }

    private static IEnumerable<(string Section, string Situation, string Answer, string[] ShownBy)> Documented()
    {
        string section = "";
        foreach (string line in File.ReadLines(Checkout.PathOf("docs/responses.md")))
        {
            string[] cells = [.. line.Split('|').Select(static cell => cell.Trim())];
            if (line.StartsWith("## ", StringComparison.Ordinal))
                section = line[3..].Split(' ')[0];
            else if (cells.Length > 3 && cells[1] is not "situation" && !cells[1].StartsWith("--", StringComparison.Ordinal))
                yield return (section, cells[1], string.Join('|', cells[2..^2]), [.. Quoted().Matches(cells[^2]).Select(static match => match.Groups[1].Value)]);
        }
    }

    [GeneratedRegex(@"^[A-Z]<<? (?:[a-z]+\d* (?=NO ))?(.*?)\r?$", RegexOptions.Multiline)]
    private static partial Regex Expectation();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"\b[2345]\d\d [245]\.\d+\.\d+|(?<=NO |-ERR )\[[A-Z/-]+]")]
    private static partial Regex Code();
}
