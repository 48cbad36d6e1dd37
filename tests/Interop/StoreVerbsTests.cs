using System.Text.Json;
using Xunit;

namespace DirMail.Interop;

/// <summary>`dirmail store` as an operator types it: by the running server, and without one.</summary>
public sealed class StoreVerbsTests : IAsyncLifetime
{
    private readonly ServerSetup _setup = new();
    private ServerProcess _server = null!;

    public async Task InitializeAsync() => _server = await ServerProcess.StartAsync(_setup);

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        _setup.Dispose();
    }

    [Fact]
    public async Task Mail_is_counted_copied_exported_imported_mended_and_brought_back()
    {
        foreach (string to in (string[])["alice@bcd.com", "bob@bcd.com", "carol@cde.com"])
            Assert.StartsWith("250", await RemoteServer.DeliverAsync(_setup.Smtp, to, $"Subject: for {to}\n\n{new string('x', 100_000)}\n"), StringComparison.Ordinal);

        // by the server
        JsonElement stats = await JsonAsync("store", "stats");
        int entries = stats.GetProperty("all").GetProperty("entries").GetInt32();
        Assert.Equal(["bcd.com", "cde.com"], stats.GetProperty("domains").EnumerateArray().Select(d => d.GetProperty("domain").GetString()!));
        Assert.True(stats.GetProperty("searchIndex").GetProperty("messages").GetInt32() + stats.GetProperty("searchIndex").GetProperty("lag").GetInt32() > 0);
        JsonElement bcd = Assert.Single((await JsonAsync("store", "stats", "--domain", "BCD.com")).GetProperty("domains").EnumerateArray());
        Assert.Equal(2, bcd.GetProperty("entries").GetInt32());
        Assert.InRange(bcd.GetProperty("ratio").GetDouble(), 1.0, 1.02);
        Assert.Contains("no mail of a domain xyz.test", (await RunAsync("store", "stats", "--domain", "xyz.test")).Error, StringComparison.Ordinal);
        Assert.Contains("the store is sound", await DoAsync("store", "check"), StringComparison.Ordinal);
        Assert.Contains("stop that one", (await RunAsync("store", "check", "--repair")).Error, StringComparison.Ordinal);
        string backup = Path.Combine(_setup.Folder, "backup.tar"), export = Path.Combine(_setup.Folder, "export");
        Assert.Equal(3, (await JsonAsync("store", "backup", backup)).GetProperty("contents").GetInt32());
        Assert.Equal(1, (await RunAsync("store", "backup", backup)).ExitCode);
        Assert.Contains("2 messages", await DoAsync("store", "export", export, "--domain", "bcd.net", "--format", "maildir"), StringComparison.Ordinal);
        Assert.Contains("2 messages", await DoAsync("store", "import", export), StringComparison.Ordinal);
        Assert.Equal(1, (await RunAsync("store", "import", export, "--account", "nobody@bcd.com")).ExitCode);
        string mbox = Path.Combine(_setup.Folder, "old.mbox");
        await File.WriteAllTextAsync(mbox, "From x Thu Jan  1 00:00:00 1970\nSubject: old\n\nold\n");
        await DoAsync("store", "import", mbox, "--account", "carol@cde.com", "--folder", "Old");
        Assert.Contains("the store is sound", await DoAsync("store", "check"), StringComparison.Ordinal);

        // without one
        Assert.Equal(0, await _server.StopAsync());
        Assert.Equal(entries + 3, (await JsonAsync("store", "stats")).GetProperty("all").GetProperty("entries").GetInt32());
        string content = Directory.GetFiles(Path.Combine(_setup.DataFolder, "store", "content"), "*", SearchOption.AllDirectories)[0];
        File.Delete(content);
        Printed damaged = await RunAsync("store", "check", "--repair");
        Assert.Equal(1, damaged.ExitCode);
        Assert.Contains(content, damaged.Output, StringComparison.Ordinal);
        Printed left = await RunAsync("store", "export", Path.Combine(_setup.Folder, "left"));
        Assert.Equal(1, left.ExitCode);
        Assert.Contains(System.FormattableString.Invariant($"{entries + 2} messages"), left.Output, StringComparison.Ordinal);
        Assert.Equal(2, (await RunAsync("store", "restore", backup)).ExitCode);
        Assert.Contains("3 messages", await DoAsync("store", "restore", backup, "--yes"), StringComparison.Ordinal);
        Assert.Contains("the store is sound", await DoAsync("store", "check"), StringComparison.Ordinal);
        await _server.StartAsync();
        Assert.Equal(entries, (await JsonAsync("store", "stats")).GetProperty("all").GetProperty("entries").GetInt32());
    }

    [Fact]
    public async Task Without_a_store_it_says_so()
    {
        Printed printed = await RunAsync("store", "stats", "--data", Path.Combine(_setup.Folder, "nowhere"));
        Assert.Equal(1, printed.ExitCode);
        Assert.Contains("there is no message store", printed.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_setup.Folder, "nowhere")));
    }

    private Task<Printed> RunAsync(params string[] arguments) => Program.RunAsync(ServerProcess.File, [.. arguments, "--settings", _setup.SettingsFile]);

    private async Task<string> DoAsync(params string[] arguments)
    {
        Printed printed = await RunAsync(arguments);
        Assert.True(printed.ExitCode == 0, $"{string.Join(' ', arguments)}: {printed.All}");
        return printed.Output;
    }

    private async Task<JsonElement> JsonAsync(params string[] arguments)
    {
        using var document = JsonDocument.Parse(await DoAsync([.. arguments, "--json"]));
        return document.RootElement.Clone();
    }
}
