namespace DirMail.Transcripts;

/// <summary>Every text file below smtp, imap and pop3 is a test. SMTP is played a second time with the client's octets sent one by one.</summary>
public sealed class TranscriptTests
{
    public static TheoryData<string> All() => Files("*");

    public static TheoryData<string> Smtp() => Files("smtp");

    [Theory]
    [MemberData(nameof(All))]
    public Task As_written(string transcript) => PlayAsync(transcript, oneByOne: false);

    [Theory]
    [MemberData(nameof(Smtp))]
    public Task Octet_by_octet(string transcript) => PlayAsync(transcript, oneByOne: true);

    private static async Task PlayAsync(string transcript, bool oneByOne)
    {
        await using var dialogue = new Dialogue(Path.Combine(Checkout.Transcripts, transcript), oneByOne);
        await dialogue.PlayAsync();
    }

    private static TheoryData<string> Files(string protocol) =>
        [.. new[] { "smtp", "imap", "pop3" }
            .Where(folder => protocol == "*" || folder == protocol)
            .Select(folder => Path.Combine(Checkout.Transcripts, folder))
            .Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*.txt"))
            .Select(file => Path.GetRelativePath(Checkout.Transcripts, file))
            .Order(StringComparer.Ordinal)];
}
