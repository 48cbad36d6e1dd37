using System.Globalization;
using System.Text;
using DirMail.Demo;
using Xunit;

namespace DirMail.Interop;

/// <summary>What somebody shares, in others' own mail programs.</summary>
public sealed class SharedFolderTests(RunningServer server) : IClassFixture<RunningServer>, IAsyncLifetime
{
    private string _folder = "";

    private string Port => server.Imap.ToString(CultureInfo.InvariantCulture);

    public Task InitializeAsync()
    {
        _folder = Directory.CreateTempSubdirectory("dirmail-shared-").FullName;
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        await server.CheckAsync();
    }

    [Fact]
    public Task Imaplib_gives_rights_and_takes_them_away() =>
        Program.DoAsync("python3", [Program.File("tests/Interop/acl_client.py"), Port, DemoUser.Alice.Address, DemoUser.Alice.Password, DemoUser.Bob.Address, DemoUser.Bob.Password]);

    [Fact]
    public async Task Mbsync_keeps_a_copy_of_what_is_shared_and_brings_back_what_was_read()
    {
        await using ImapPeer alice = await ShareAsync("Synced", "lrswi", 5);
        string near = Path.Combine(_folder, "near"), box = Path.Combine(near, "Other Users", "alice", "Synced");
        Directory.CreateDirectory(near);
        string settings = await ClientSettings.WriteAsync(_folder, "mbsyncrc", ClientSettings.Mbsync(server.Imap, DemoUser.Bob, near, "Patterns \"Other Users/alice/Synced\"\nCreate Near"));
        await Program.DoAsync("mbsync", ["-c", settings, "-a"]);
        string[] files = [.. Directory.GetFiles(Path.Combine(box, "new")), .. Directory.GetFiles(Path.Combine(box, "cur"))];
        Assert.Equal(5, files.Length);
        File.Move(files[0], Path.Combine(box, "cur", Path.GetFileName(files[0]).Split(":2,")[0] + ":2,S"));
        await File.WriteAllTextAsync(Path.Combine(box, "new", "1.local.here"), "Subject: from bob\n\nbody\n");
        await Program.DoAsync("mbsync", ["-c", settings, "-a"]);
        Assert.Contains(await alice.DoAsync("STATUS Synced (MESSAGES UNSEEN)"), static l => l.Contains("MESSAGES 6 UNSEEN 6", StringComparison.Ordinal));
        await using ImapPeer bob = await ImapPeer.LogInAsync(server.Imap, DemoUser.Bob.Address, DemoUser.Bob.Password);
        Assert.Contains(await bob.DoAsync("STATUS \"Other Users/alice/Synced\" (MESSAGES UNSEEN)"), static l => l.Contains("MESSAGES 6 UNSEEN", StringComparison.Ordinal) && !l.Contains("UNSEEN 6", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Mutt_reads_what_it_may_not_change()
    {
        await using ImapPeer alice = await ShareAsync("Shown", "lrs", 3);
        string settings = await ClientSettings.WriteAsync(_folder, "muttrc", ClientSettings.Mutt(server.Imap, DemoUser.Bob));
        string copy = Path.Combine(_folder, "copy");
        string command = $"mutt -n -F {settings} -f '=Other Users/alice/Shown' -e 'push \"<limit>message 2<enter><copy-message>{copy}<enter><quit>\"'";
        await Program.DoAsync("script", ["-q", "-e", "-c", command, "/dev/null"], ("TERM", "xterm"));
        Assert.Contains("Subject: message 2", await File.ReadAllTextAsync(copy), StringComparison.Ordinal);
        Assert.Contains(await alice.DoAsync("STATUS Shown (MESSAGES UNSEEN)"), static l => l.Contains("MESSAGES 3 UNSEEN 3", StringComparison.Ordinal));
    }

    private async Task<ImapPeer> ShareAsync(string mailbox, string rights, int messages)
    {
        ImapPeer alice = await ImapPeer.LogInAsync(server.Imap, DemoUser.Alice.Address, DemoUser.Alice.Password);
        await alice.DoAsync($"CREATE {mailbox}");
        await alice.DoAsync($"SETACL {mailbox} bob {rights}");
        await alice.AppendAsync(mailbox, [.. Enumerable.Range(0, messages).Select(static i => Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"From: a@remote.test\r\nSubject: message {i}\r\n\r\nbody\r\n")))]);
        return alice;
    }
}
