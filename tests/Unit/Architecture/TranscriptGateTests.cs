using System.Text.RegularExpressions;
using DirMail.Servers.Imap;
using DirMail.Servers.Pop3;

namespace DirMail.Unit.Architecture;

/// <summary>Every command of IMAP and POP3 stands in a transcript with several connections, and every capability in one at all.</summary>
public sealed partial class TranscriptGateTests
{
    public static TheoryData<string> ImapCommands() => [.. ImapCommandTable.Rows.Select(static row => row.Name)];

    public static TheoryData<string> ImapCapabilities() => [.. ImapCommandTable.Rows.SelectMany(static row => row.Capability?.Split(' ') ?? [])];

    public static TheoryData<string> Pop3Commands() => [.. Pop3CommandTable.Rows.Select(static row => row.Name)];

    [Theory]
    [MemberData(nameof(ImapCommands))]
    public void Each_IMAP_command_is_played_beside_another_session(string command) => Assert.Contains(Transcripts("imap"), text => HasSeveral(text) && Sends(text, @"\S+ " + command));

    [Theory]
    [MemberData(nameof(Pop3Commands))]
    public void Each_POP3_command_is_played_beside_another_session(string command) => Assert.Contains(Transcripts("pop3"), text => HasSeveral(text) && Sends(text, command));

    [Theory]
    [MemberData(nameof(ImapCapabilities))]
    public void Each_capability_is_named(string capability) => Assert.Contains(Transcripts("imap"), text => Regex.IsMatch(text, $@"(?<![\w=-]){Regex.Escape(capability)}(?![\w=-])"));

    private static IEnumerable<string> Transcripts(string protocol) => Directory.EnumerateFiles(Checkout.PathOf($"tests/Transcripts/{protocol}"), "*.txt").Select(File.ReadAllText);

    private static bool HasSeveral(string text) => Connects().Count(text) > 1;

    private static bool Sends(string text, string command) => Regex.IsMatch(text, $@"^[A-Z]>>? {command}( |\\r|\r?$)", RegexOptions.Multiline);

    [GeneratedRegex(@"^! (imaps?|pop3s?|smtp|submissions?|lmtp)( [A-Z])?\r?$", RegexOptions.Multiline)]
    private static partial Regex Connects();
}
