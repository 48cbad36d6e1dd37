using System.Text.Json;
using DirMail.Demo;
using Xunit;

namespace DirMail.Interop;

/// <summary>The built program's verbs, each as a process of its own, against the settings of a running server; somebody's password goes by a file.</summary>
internal sealed class CommandLine(RunningServer server)
{
    public Task<Printed> RunAsync(DemoUser? who, params string[] arguments) => RunAsync(who, arguments, "");

    public async Task<Printed> RunAsync(DemoUser? who, string[] arguments, string input)
    {
        string[] login = who is null ? [] : ["--bind-dn", who.Address, "--password-file", await PasswordFileAsync(who)];
        return await Program.RunAsync(ServerProcess.File, [.. arguments, .. login, "--settings", Path.Combine(server.Folder, "dirmail.json")], input);
    }

    /// <summary>Fails the test with the program's own words when it does not exit with 0.</summary>
    public async Task<string> DoAsync(DemoUser? who, params string[] arguments)
    {
        Printed printed = await RunAsync(who, arguments);
        Assert.True(printed.ExitCode == 0, $"{string.Join(' ', arguments)}: {printed.ExitCode}: {printed.All}");
        return printed.Output;
    }

    public async Task<JsonElement> JsonAsync(DemoUser? who, params string[] arguments)
    {
        using var document = JsonDocument.Parse(await DoAsync(who, [.. arguments, "--json"]));
        return document.RootElement.Clone();
    }

    /// <summary>Exit code 1, nothing printed but why.</summary>
    public async Task RefusedAsync(DemoUser? who, string reason, params string[] arguments)
    {
        Printed printed = await RunAsync(who, arguments);
        Assert.True(printed.ExitCode == 1, $"{string.Join(' ', arguments)}: {printed.ExitCode}: {printed.All}");
        Assert.Equal("", printed.Output);
        Assert.Contains(reason, printed.Error, StringComparison.Ordinal);
    }

    /// <summary>With an authority that the program trusts.</summary>
    public Task<Printed> TrustingAsync(string authorityFile, params string[] arguments) =>
        Program.RunAsync(ServerProcess.File, [.. arguments, "--settings", Path.Combine(server.Folder, "dirmail.json")], "", ("SSL_CERT_FILE", authorityFile));

    public async Task<string> PasswordFileAsync(DemoUser who)
    {
        string file = Path.Combine(server.Folder, who.Address + ".password");
        await File.WriteAllTextAsync(file, who.Password + "\n");
        return file;
    }
}
