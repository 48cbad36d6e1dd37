using System.Globalization;
using DirMail.Demo;
using Xunit;

namespace DirMail.Interop;

/// <summary>Reports of every kind, asked for by smtplib and read by Python's email package.</summary>
public sealed class ReportsTests : IAsyncLifetime
{
    private readonly Sink _sink = new();
    private RunningServer _server = null!;

    public Task InitializeAsync()
    {
        var setup = new ServerSetup(sinkPort: _sink.Port);
        string settings = File.ReadAllText(setup.SettingsFile);
        // what cannot go at once fails at once
        File.WriteAllText(setup.SettingsFile, settings.Replace("\"routes\": {", "\"queue\": { \"channels\": { \"smtp\": { \"expiry\": \"1ms\" } } }, \"routes\": {", StringComparison.Ordinal));
        _server = new(setup);
        return _server.InitializeAsync();
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        await _sink.DisposeAsync();
    }

    [Theory]
    [InlineData("carol@cde.com", "delivered 2.0.0 rfc822; carol@cde.com | Your message was delivered")]
    [InlineData("staff@bcd.com", "expanded 2.0.0 rfc822; staff@bcd.com | Your message was sent on to several")]
    [InlineData("x@xyz.test", "relayed 2.0.0 rfc822; x@xyz.test | Your message was passed on")]
    [InlineData("x@nowhere.test", "failed 5.4.3 rfc822; x@nowhere.test | Your message could not be delivered")]
    public async Task Each_kind_is_read_by_a_program(string recipient, string expected)
    {
        string[] arguments = [Program.File("tests/Interop/reports.py"), Text(_server.Submission), Text(_server.Pop3), DemoUser.Bob.Address, DemoUser.Bob.Password, "1", "SUCCESS,FAILURE", recipient];
        Printed printed = await Program.RunAsync("python3", arguments);
        Assert.True(printed.ExitCode == 0, printed.All);
        Assert.Equal(expected, printed.Output.Trim());
    }

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);
}
