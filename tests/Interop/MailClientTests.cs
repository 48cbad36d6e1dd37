using System.Globalization;
using System.Text;
using DirMail.Demo;
using Xunit;

namespace DirMail.Interop;

/// <summary>People's own mail programs, as Debian has them, each on a mailbox of its own.</summary>
public sealed class MailClientTests(RunningServer server) : IClassFixture<RunningServer>, IAsyncLifetime
{
    /// <summary>With DIRMAIL_MANY=1 2,000, as a mailbox of years has them.</summary>
    private static readonly int Many = Environment.GetEnvironmentVariable("DIRMAIL_MANY") == "1" ? 2000 : 200;

    private string _folder = "";

    public Task InitializeAsync()
    {
        _folder = Directory.CreateTempSubdirectory("dirmail-client-").FullName;
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        await server.CheckAsync();
    }

    [Fact]
    public async Task Mbsync_keeps_both_sides_the_same()
    {
        await using ImapPeer imap = await FilledAsync(DemoUser.Alice, "Box", Many);
        string near = Path.Combine(_folder, "near"), box = Path.Combine(near, "Box");
        Directory.CreateDirectory(near);
        string settings = await ClientSettings.WriteAsync(_folder, "mbsyncrc", ClientSettings.Mbsync(server.Imap, DemoUser.Alice, near, "Patterns Box New\nCreate Both\nExpunge Both"));
        await Program.DoAsync("mbsync", ["-c", settings, "-a"]);
        Assert.Equal(Many, Files(box).Count);

        // here: one read, one deleted, one written, and a folder made; there: one flagged, one deleted, one come
        string[] files = [.. Files(box).OrderBy(Subject)];
        File.Move(files[0], Flagged(files[0], "S"));
        File.Move(files[1], Flagged(files[1], "ST"));
        await File.WriteAllTextAsync(Path.Combine(box, "new", "1.local.here"), "Subject: written here\n\nbody\n");
        foreach (string part in (string[])["cur", "new", "tmp"])
            Directory.CreateDirectory(Path.Combine(near, "New", part));
        await File.WriteAllTextAsync(Path.Combine(near, "New", "new", "1.local.new"), "Subject: in a new folder\n\nbody\n");
        await imap.DoAsync("SELECT Box");
        await imap.DoAsync("STORE 3 +FLAGS (\\Flagged)");
        await imap.DoAsync("STORE 4 +FLAGS (\\Deleted)");
        await imap.DoAsync("EXPUNGE");
        await imap.AppendAsync("Box", [Encoding.ASCII.GetBytes("Subject: come there\r\n\r\nbody\r\n")]);
        await Program.DoAsync("mbsync", ["-c", settings, "-a"]);
        await Program.DoAsync("mbsync", ["-c", settings, "-a"]);

        await imap.DoAsync("SELECT Box");
        Dictionary<string, string> there = (await imap.FetchAsync("FLAGS ENVELOPE")).ToDictionary(static m => (string)((List<object?>)m["ENVELOPE"]!)[1]!, static m => Letters((List<object?>)m["FLAGS"]!));
        Dictionary<string, string> here = Files(box).ToDictionary(Subject, static f => string.Concat(Path.GetFileName(f).Split(":2,").Skip(1).SelectMany(static l => l).Where(static c => c is 'F' or 'S').Order()));
        Assert.Equal(there.OrderBy(p => p.Key), here.OrderBy(p => p.Key));
        Assert.Equal(Many, here.Count);
        Assert.Equal(("S", "F"), (here["message 0"], here["message 2"]));
        Assert.False(here.ContainsKey("message 1") || here.ContainsKey("message 3"));
        Assert.True(here.ContainsKey("written here") && here.ContainsKey("come there"));
        Assert.Contains(await imap.DoAsync("STATUS New (MESSAGES)"), l => l.Contains("MESSAGES 1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Offlineimap_keeps_both_sides_the_same()
    {
        await using ImapPeer imap = await FilledAsync(DemoUser.Carol, "Box", 20);
        string near = Path.Combine(_folder, "near");
        string settings = await ClientSettings.WriteAsync(_folder, "offlineimaprc", $"""
            [general]
            accounts = a
            metadata = {_folder}/meta
            ui = quiet
            [Account a]
            localrepository = l
            remoterepository = r
            [Repository l]
            type = Maildir
            localfolders = {near}
            [Repository r]
            type = IMAP
            remotehost = 127.0.0.1
            remoteport = {Text(server.Imap)}
            remoteuser = {DemoUser.Carol.Address}
            remotepass = {DemoUser.Carol.Password}
            ssl = no
            starttls = no
            auth_mechanisms = PLAIN
            folderfilter = lambda name: name == 'Box'
            """);
        await Program.DoAsync("offlineimap", ["-o", "-c", settings]);
        string box = Path.Combine(near, "Box");
        Assert.Equal(20, Files(box).Count);
        string first = Files(box).OrderBy(Subject).First();
        File.Move(first, Flagged(first, "FS"));
        await File.WriteAllTextAsync(Path.Combine(box, "new", "1.local.here"), "Subject: written here\n\nbody\n");
        await Program.DoAsync("offlineimap", ["-o", "-c", settings]);
        await imap.DoAsync("SELECT Box");
        Assert.Contains(await imap.DoAsync("SEARCH FLAGGED SUBJECT \"message 0\""), static l => l == "* SEARCH 1");
        Assert.Contains(await imap.DoAsync("SEARCH SUBJECT \"written here\""), static l => l == "* SEARCH 21");
    }

    [Fact]
    public async Task Mutt_reads_copies_and_deletes()
    {
        DemoUser user = DemoUser.HostUser;
        await using ImapPeer imap = await FilledAsync(user, "Box", 5);
        string settings = await ClientSettings.WriteAsync(_folder, "muttrc", ClientSettings.Mutt(server.Imap, user));
        string copy = Path.Combine(_folder, "copy");
        string command = $"mutt -n -F {settings} -f =Box -e 'push \"<limit>message 3<enter><copy-message>{copy}<enter><delete-message><limit>all<enter><sync-mailbox><quit>\"'";
        await Program.DoAsync("script", ["-q", "-e", "-c", command, "/dev/null"], ("TERM", "xterm"));
        Assert.Contains("Subject: message 3", await File.ReadAllTextAsync(copy), StringComparison.Ordinal);
        await imap.DoAsync("SELECT Box");
        Assert.Equal(4, (await imap.FetchAsync("UID")).Count);
        Assert.Contains(await imap.DoAsync("SEARCH SUBJECT \"message 3\""), static l => l.TrimEnd() == "* SEARCH");
    }

    [Fact]
    public async Task Fetchmail_takes_mail_away()
    {
        await (await FilledAsync(DemoUser.Bob, "INBOX", 12)).DisposeAsync();
        string into = Path.Combine(_folder, "into");
        string settings = await ClientSettings.WriteAsync(_folder, "fetchmailrc", $"""
            poll 127.0.0.1 service {Text(server.Pop3)} protocol POP3 auth password
              user "{DemoUser.Bob.Address}" password "{DemoUser.Bob.Password}" sslproto "" mda "cat >> {into}"
            """);
        File.SetUnixFileMode(settings, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await Program.DoAsync("fetchmail", ["-f", settings, "-s", "--pidfile", Path.Combine(_folder, "pid"), "-i", Path.Combine(_folder, "ids")], ("HOME", _folder), ("FETCHMAILHOME", _folder));
        Assert.Equal(12, await SubjectsAsync(into));
        await using ImapPeer imap = await ImapPeer.LogInAsync(server.Imap, DemoUser.Bob.Address, DemoUser.Bob.Password);
        Assert.Contains("* 0 EXISTS", await imap.DoAsync("SELECT INBOX"));
    }

    /// <summary>It leaves the mail and knows it again by UIDL. Its child sleeps, as it begins to wait for it after it has started it and misses the end of one that was quicker.</summary>
    [Fact]
    public async Task Getmail_fetches_what_is_new()
    {
        DemoUser user = DemoUser.Alice;
        await using ImapPeer imap = await FilledAsync(user, "INBOX", 7);
        string into = Path.Combine(_folder, "into");
        await ClientSettings.WriteAsync(_folder, "getmailrc", $"""
            [retriever]
            type = SimplePOP3Retriever
            server = 127.0.0.1
            port = {Text(server.Pop3)}
            username = {user.Address}
            password = {user.Password}
            [destination]
            type = MDA_external
            path = /bin/sh
            arguments = ("-c", "cat >> {into}; sleep 0.1")
            allow_root_commands = true
            [options]
            read_all = false
            delete = false
            """);
        await Program.DoAsync("getmail", ["--getmaildir", _folder, "--rcfile", "getmailrc", "-q"]);
        Assert.Equal(7, await SubjectsAsync(into));
        await imap.AppendAsync("INBOX", [Encoding.ASCII.GetBytes("Subject: one more\r\n\r\nbody\r\n")]);
        await Program.DoAsync("getmail", ["--getmaildir", _folder, "--rcfile", "getmailrc", "-q"]);
        Assert.Equal(8, await SubjectsAsync(into));
        Assert.Contains("Subject: one more", await File.ReadAllTextAsync(into), StringComparison.Ordinal);
    }

    private async Task<ImapPeer> FilledAsync(DemoUser user, string mailbox, int messages)
    {
        ImapPeer imap = await ImapPeer.LogInAsync(server.Imap, user.Address, user.Password);
        if (mailbox != "INBOX")
            await imap.DoAsync($"CREATE {mailbox}");
        await imap.AppendAsync(mailbox, [.. Enumerable.Range(0, messages).Select(static i =>
            Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"From: a@remote.test\r\nTo: you\r\nSubject: message {i}\r\nMessage-ID: <{i}@remote.test>\r\nDate: Thu, 1 Jan 2026 00:00:00 +0000\r\n\r\nbody {i}\r\n")))]);
        return imap;
    }

    private static IReadOnlyList<string> Files(string maildir) => [.. Directory.GetFiles(Path.Combine(maildir, "cur")), .. Directory.GetFiles(Path.Combine(maildir, "new"))];

    private static async Task<int> SubjectsAsync(string file) => (await File.ReadAllLinesAsync(file)).Count(static l => l.StartsWith("Subject: ", StringComparison.Ordinal));

    private static string Subject(string file) => File.ReadLines(file).First(static l => l.StartsWith("Subject: ", StringComparison.Ordinal))["Subject: ".Length..];

    private static string Flagged(string file, string flags) =>
        Path.Combine(Path.GetDirectoryName(Path.GetDirectoryName(file))!, "cur", Path.GetFileName(file).Split(":2,")[0] + ":2," + flags);

    private static string Letters(List<object?> flags) => (flags.Contains("\\Flagged") ? "F" : "") + (flags.Contains("\\Seen") ? "S" : "");

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
