namespace DirMail.Transcripts;

/// <summary>Every text file below smtp, imap and pop3 is a test. SMTP is played again with the client's octets sent one by one, and with all sent at once that need not wait for an answer.</summary>
public sealed class TranscriptTests
{
    public static TheoryData<string> All() => Files("*");

    public static TheoryData<string> Smtp() => Files("smtp");

    [Theory]
    [MemberData(nameof(All))]
    public Task As_written(string transcript) => PlayAsync(transcript, Pace.AsWritten);

    [Theory]
    [MemberData(nameof(Smtp))]
    public Task Octet_by_octet(string transcript) => PlayAsync(transcript, Pace.OctetByOctet);

    [Theory]
    [MemberData(nameof(Smtp))]
    public Task All_that_may_be_sent_ahead_in_one_write(string transcript) => PlayAsync(transcript, Pace.Ahead);

    private static async Task PlayAsync(string transcript, Pace pace)
    {
        await using var dialogue = new Dialogue(Path.Combine(Checkout.Transcripts, transcript), pace);
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
