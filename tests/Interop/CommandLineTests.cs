using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using DirMail.Demo;
using Xunit;

namespace DirMail.Interop;

/// <summary>The built program and a person's mistakes: the exit code, and an answer that says what is wrong and what to do.</summary>
public sealed class CommandLineTests
{
    [Theory]
    [InlineData("""{ "listen": { "smtp": "twenty" } }""", "listen.smtp", "a port number, 0 to 65535")]
    [InlineData("""{ "listen": { "addresses": ["here"] } }""", "listen.addresses", "loopback, any, or a list of IP addresses")]
    [InlineData("""{ "plainLogin": "maybe" }""", "plainLogin", "one of ")]
    [InlineData("""{ "limits": { "imapIdle": "30" } }""", "limits.imapIdle", "a time with its unit")]
    [InlineData("""{ "lissen": { "smtp": 1 } }""", "lissen.smtp", "no setting is named")]
    [InlineData("""{ "routes": { "xyz.test": "nowhere" } }""", "routes.xyz.test", "a host and port")]
    [InlineData("{ \"listen\": \n{ \"smtp\" 1 } }", "line 2", "not JSON")]
    public async Task A_malformed_setting_is_named_with_what_it_accepts(string json, string setting, string accepts)
    {
        using var setup = new ServerSetup();
        await File.WriteAllTextAsync(setup.SettingsFile, json);
        await FailsAsync(2, ["serve", "--settings", setup.SettingsFile], setting, accepts, setup.SettingsFile);
        Assert.False(Directory.Exists(setup.DataFolder));
    }

    [Fact]
    public async Task A_taken_port_is_named_with_its_setting()
    {
        using var setup = new ServerSetup();
        using var taken = new TcpListener(IPAddress.Loopback, setup.Imap);
        taken.Start();
        await FailsAsync(1, ["serve", "--example", "--settings", setup.SettingsFile], setup.Imap.ToString(CultureInfo.InvariantCulture), "listen.imap");
    }

    [Fact]
    public async Task A_port_taken_from_the_directory_is_named_with_its_setting()
    {
        using var setup = new ServerSetup();
        int port = new Uri(setup.DirectoryUrl).Port;
        using var taken = new TcpListener(IPAddress.Loopback, port);
        taken.Start();
        await FailsAsync(1, ["serve", "--example", "--settings", setup.SettingsFile], port.ToString(CultureInfo.InvariantCulture), "embeddedDirectory.listen");
    }

    [Fact]
    public async Task A_second_server_on_the_same_folder_does_not_start()
    {
        using var setup = new ServerSetup();
        await using ServerProcess running = await ServerProcess.StartAsync(setup);
        await FailsAsync(1, ["serve", "--example", "--settings", setup.SettingsFile], setup.DataFolder, "in use by another dirmail process");
        Assert.StartsWith("250", await RemoteServer.RecipientAsync(setup.Smtp, "alice@bcd.com"), StringComparison.Ordinal);
        Printed status = await Program.RunAsync(ServerProcess.File, ["status", "--settings", setup.SettingsFile]);
        Assert.True(status.ExitCode == 0, status.All);
        Assert.Equal(0, await running.StopAsync());
    }

    [Theory]
    [InlineData("frob", "'frob'", "`dirmail --help`")]
    [InlineData("queue lst", "Did you mean", "`dirmail queue --help`")]
    [InlineData("queue list nosuch", "'nosuch'", "`dirmail queue list --help`")]
    [InlineData("domain show", "'DOMAIN' missing", "`dirmail domain show --help`")]
    public async Task Wrong_arguments_are_named_with_where_the_right_ones_stand(string line, string wrong, string where)
    {
        await FailsAsync(2, line.Split(' '), wrong, where);
        Assert.DoesNotContain("Options:", (await Program.RunAsync(ServerProcess.File, line.Split(' '))).All, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_word_without_its_verb_is_answered_by_its_help()
    {
        Printed printed = await Program.RunAsync(ServerProcess.File, ["queue"]);
        Assert.Equal(2, printed.ExitCode);
        Assert.Contains("dirmail queue [command]", printed.Error, StringComparison.Ordinal);
    }

    /// <summary>Whoever asks how has not given the arguments yet.</summary>
    [Theory]
    [InlineData("--help")]
    [InlineData("sendmail -h")]
    [InlineData("queue --help")]
    [InlineData("store export --help")]
    [InlineData("domain add -h")]
    [InlineData("explain -?")]
    public async Task Help_that_is_asked_for_is_the_answer(string line)
    {
        Printed printed = await Program.RunAsync(ServerProcess.File, line.Split(' '));
        Assert.Equal((0, ""), (printed.ExitCode, printed.Error));
        Assert.Contains("Usage:", printed.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("dn: o=x.test,o=hosting\nobjectClass: organization\no: x.test\n\ndn: o=y.test,o=hosting\nno colon here\n", "line 6")]
    [InlineData("dn: o=x.test,o=hosting\nobjectClass: organization\no: x.test\n\ndn: o=y.test,o=hosting\no:: not base64!\n", "line 6")]
    [InlineData("dn: o=x.test,o=hosting\nobjectClass: organization\no: x.test\n\ndn: no name\no: y\n", "line 5")]
    [InlineData("dn: o=x.test,o=hosting\nobjectClass: organization\no: x.test\n\ndn: o=y.test,o=hosting\nchangetype: explode\n", "line 6")]
    public async Task An_unreadable_ldif_is_named_with_its_line_and_changes_nothing(string ldif, string line)
    {
        using var setup = new ServerSetup();
        await using ServerProcess running = await ServerProcess.StartAsync(setup);
        string file = Path.Combine(setup.Folder, "wrong.ldif");
        await File.WriteAllTextAsync(file, ldif);
        await FailsAsync(1, ["ldif", "load", file, "--settings", setup.SettingsFile], file, line);
        Assert.Equal(0, LdapUtils.Entries(await new LdapUtils(setup.DirectoryUrl).SearchAsync(DemoUser.SiteAdministrator, "(o=x.test)")));
    }

    /// <summary>Nobody answers where the mail would go, so it waits.</summary>
    [Fact]
    public async Task What_waits_is_shown_held_printed_injected_and_cancelled()
    {
        using var setup = new ServerSetup(sinkPort: FreePort.Take());
        await using ServerProcess running = await ServerProcess.StartAsync(setup);
        string text = "sender: <alice@bcd.com>\nrecipient: <x1@xyz.test>\nenvelope-id: QQ1\n----- message -----\nSubject: by hand\n\nÄ\n";
        Assert.StartsWith("accepted as ", await QueueAsync(["inject", "-"], text), StringComparison.Ordinal);
        Assert.Contains("1 recipients are held", await QueueAsync(["hold", "--user", "alice@bcd.com"]), StringComparison.Ordinal);
        using var list = JsonDocument.Parse(await QueueAsync(["list", "--held", "--json"]));
        string number = Assert.Single(list.RootElement.EnumerateArray()).GetProperty("id").ToString();
        Assert.Contains("held by hand since", await QueueAsync(["show", number]), StringComparison.Ordinal);

        string raw = await QueueAsync(["show", number, "--raw"]);
        Assert.StartsWith("sender: <alice@bcd.com>\nrecipient: <x1@xyz.test>\nenvelope-id: QQ1\n----- message -----\nReceived: ", raw, StringComparison.Ordinal);
        Assert.EndsWith("Subject: by hand\r\n\r\nÄ\r\n", raw, StringComparison.Ordinal);
        await QueueAsync(["inject", "-"], raw);

        Assert.Contains("bcd.com/smtp", await QueueAsync(["stats"]), StringComparison.Ordinal);
        Assert.Equal(2, (await QueueAsync(["watch", "--times", "2", "--json"])).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains("1 messages; there may be more: --after", await QueueAsync(["list", "--limit", "1"]), StringComparison.Ordinal);
        await QueueAsync(["release", number]);
        await QueueAsync(["retry", "--all"]);
        await QueueAsync(["flush"]);
        Assert.Contains("2 recipients are cancelled", await QueueAsync(["cancel", "--to", "xyz.test", "--yes"]), StringComparison.Ordinal);
        Assert.Contains("nothing waits", await QueueAsync(["list"]), StringComparison.Ordinal);
        await FailsAsync(1, ["queue", "show", number, "--settings", setup.SettingsFile], "is not in the queue");
        await FailsAsync(2, ["queue", "cancel", "--settings", setup.SettingsFile], "say which mail is meant");

        async Task<string> QueueAsync(string[] arguments, string input = "")
        {
            Printed printed = await Program.RunAsync(ServerProcess.File, ["queue", .. arguments, "--settings", setup.SettingsFile], input);
            Assert.True(printed.ExitCode == 0, $"{string.Join(' ', arguments)}: {printed.All}");
            return printed.Output;
        }
    }

    [Fact]
    public async Task Without_a_server_status_says_what_to_do()
    {
        using var setup = new ServerSetup();
        await FailsAsync(1, ["status", "--settings", setup.SettingsFile], "dirmail serve");
    }

    [Theory]
    [InlineData("serf")]
    [InlineData("serve", "--exampel")]
    [InlineData("explain")]
    [InlineData("domain", "set-status", "bcd.com", "asleep")]
    public Task Wrong_arguments_are_a_usage_error(params string[] arguments) => FailsAsync(2, arguments);

    private static async Task FailsAsync(int exitCode, IEnumerable<string> arguments, params string[] words)
    {
        Printed printed = await Program.RunAsync(ServerProcess.File, arguments);
        Assert.True(printed.ExitCode == exitCode, $"{printed.ExitCode}: {printed.All}");
        Assert.NotEqual("", printed.Error);
        // a line may be folded at the terminal's width
        string said = printed.Error.Replace("\n", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal);
        Assert.All(words, word => Assert.Contains(word.Replace(" ", "", StringComparison.Ordinal), said, StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", printed.Error, StringComparison.Ordinal);
    }
}
