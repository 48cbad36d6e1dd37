using System.Text;
using DirMail.Mail;
using DirMail.Store;
using DirMail.Transfer;
using DirMail.Unit.Routing;

namespace DirMail.Unit.Transfer;

/// <summary>What is made here for a user lies in the user's partition (mailMessageStore), as what comes from outside does.</summary>
public sealed class PartitionsTests : IDisposable
{
    private readonly string _disk = Directory.CreateTempSubdirectory("dirmail-disk-").FullName;

    public void Dispose() => Directory.Delete(_disk, recursive: true);

    [Fact]
    public async Task A_report_to_a_user_lies_in_the_partition_of_that_user()
    {
        await using TransferRoom room = await OpenAsync();
        await room.AcceptAsync("alice@bcd.com", ["x1@xyz.test"], room.By("alice", "bcd.com"));
        await room.AcceptAsync("bob@bcd.com", ["x2@xyz.test"], room.By("bob", "bcd.com"));
        room.StartScheduler();
        foreach (string sender in (string[])["alice", "bob"])
        {
            room.Out.Answer(new Outcome.Failed(new(5, 1, 1), "unknown"));
            await room.Out.AttemptAsync();
        }
        await room.TrailAsync("finished");
        await room.TrailAsync("finished");
        Assert.Contains("Failed", Assert.Single(await room.InboxAsync("alice", "bcd.com")), StringComparison.OrdinalIgnoreCase);
        Assert.Single(await room.InboxAsync("bob", "bcd.com"));
        Assert.Equal(1, Files());
    }

    [Fact]
    public async Task An_injected_message_lies_in_the_partition_of_its_recipient()
    {
        await using TransferRoom room = await OpenAsync();
        foreach (string to in (string[])["alice@bcd.com", "bob@bcd.com"])
        {
            using var text = new MemoryStream([.. EnvelopeText.Write(new() { Sender = MailAddress.Parse("x1@xyz.test"), Recipients = [new(MailAddress.Parse(to))] }), .. Encoding.ASCII.GetBytes($"Subject: x\n\n{new string('x', 5000)}\n")]);
            Assert.IsType<InjectResult.Queued>(await new Injection(room.Services).RunAsync(text, 10_000, CancellationToken.None));
        }
        Assert.Single(await room.InboxAsync("alice", "bcd.com"));
        Assert.Equal(1, Files());
    }

    private Task<TransferRoom> OpenAsync()
    {
        ExampleDirectory directory = ExampleDirectory.Load(ExampleDirectory.Settings with { Partitions = ["big"] });
        directory.Set(ExampleDirectory.UserDn("alice", "bcd.com"), "mailMessageStore", "big");
        return TransferRoom.OpenAsync(directory, new StoreSettings { Folder = "", Readers = 2, InlineOctets = 1024, Partitions = new Dictionary<string, string> { ["big"] = _disk } });
    }

    /// <summary>Of contents.</summary>
    private int Files() => Directory.EnumerateFiles(_disk, "*", SearchOption.AllDirectories).Count(static file => Path.GetFileName(file).Length == 16);
}
