using DirMail.Demo;
using Xunit;

namespace DirMail.Interop;

/// <summary>A user's large messages on another disk, as the directory says (mailMessageStore).</summary>
public sealed class PartitionTests : IAsyncLifetime
{
    private readonly ServerSetup _setup = new();
    private string _disk = "";
    private ServerProcess _server = null!;

    public async Task InitializeAsync()
    {
        _disk = Directory.CreateDirectory(Path.Combine(_setup.Folder, "disk")).FullName;
        _server = await ServerProcess.StartAsync(_setup, ("DIRMAIL__store__partitions__big", _disk));
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        _setup.Dispose();
    }

    [Fact]
    public async Task Large_mail_lies_in_the_partition_that_the_directory_names()
    {
        await SetAsync(DemoUser.Alice, "big");
        await SetAsync(DemoUser.Carol, "nowhere");
        // told in order: when the second is known, the first is in force
        await Eventually.SeesAsync(async () => (await Program.RunAsync(ServerProcess.File, ["directory", "problems", "--settings", _setup.SettingsFile])).Output, static seen => seen.Contains("nowhere", StringComparison.Ordinal));
        string large = $"Subject: large\n\n{string.Concat(Enumerable.Repeat("0123456789\n", 10_000))}", stored = large.ReplaceLineEndings("\r\n");
        await DeliverAsync(DemoUser.Carol);
        Assert.Equal((0, 1), (Files(_disk), Files(_setup.DataFolder)));
        await DeliverAsync(DemoUser.Alice);
        string file = Path.Combine(_setup.Folder, "large.eml");
        await File.WriteAllTextAsync(file, stored);
        Printed appended = await Program.RunAsync("curl", ["-sS", "-T", file, "-u", $"{DemoUser.Alice.Address}:{DemoUser.Alice.Password}", $"imap://127.0.0.1:{_setup.Imap}/INBOX"]);
        Assert.True(appended.ExitCode == 0, appended.All);
        Assert.Equal((2, 1), (Files(_disk), Files(_setup.DataFolder)));
        Printed read = await Program.RunAsync("curl", ["-sS", "-u", $"{DemoUser.Alice.Address}:{DemoUser.Alice.Password}", $"imap://127.0.0.1:{_setup.Imap}/INBOX;MAILINDEX=2"]);
        Assert.Equal(stored, read.Output);
        string mbox = Path.Combine(_setup.Folder, "old.mbox");
        await File.WriteAllTextAsync(mbox, "From x Thu Jan  1 00:00:00 1970\n" + large);
        Printed imported = await Program.RunAsync(ServerProcess.File, ["store", "import", mbox, "--account", DemoUser.Alice.Address, "--settings", _setup.SettingsFile]);
        Assert.True(imported.ExitCode == 0, imported.All);
        Assert.Equal((3, 1), (Files(_disk), Files(_setup.DataFolder)));

        async Task DeliverAsync(DemoUser to) => Assert.StartsWith("250", await RemoteServer.DeliverAsync(_setup.Smtp, to.Address, large), StringComparison.Ordinal);
    }

    private Task SetAsync(DemoUser user, string partition) => new LdapUtils(_setup.DirectoryUrl).DoAsync("ldapmodify", DemoUser.SiteAdministrator, [], $"""
        dn: {user.Dn}
        changetype: modify
        replace: mailMessageStore
        mailMessageStore: {partition}

        """);

    private static int Files(string folder) => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Count(static file => Path.GetFileName(file).Length == 16);
}
