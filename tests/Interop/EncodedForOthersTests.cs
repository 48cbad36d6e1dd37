using System.Globalization;
using System.Text;
using DirMail.Demo;
using Xunit;

namespace DirMail.Interop;

/// <summary>A server that knows nothing of 8BITMIME gets 7 bits, and Python's email package reads in them what was sent in 8.</summary>
public sealed class EncodedForOthersTests : IAsyncLifetime
{
    private readonly Sink _sink = new();
    private ServerSetup _setup = null!;
    private RunningServer _server = null!;

    public Task InitializeAsync()
    {
        _setup = new ServerSetup(sinkPort: _sink.Port);
        _server = new(_setup);
        return _server.InitializeAsync();
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        await _sink.DisposeAsync();
    }

    [Fact]
    public async Task Eight_bits_in_all_kinds_of_parts()
    {
        await RunAsync("send", _server.Submission.ToString(CultureInfo.InvariantCulture), DemoUser.Bob.Address, DemoUser.Bob.Password);
        await _sink.WaitAsync(1, Eventually.Limit, CancellationToken.None);
        string file = Path.Combine(_setup.Folder, "message");
        await File.WriteAllTextAsync(file, string.Concat(Assert.Single(_sink.Arrivals).Content.Split('\n')[..^1].Select(static line => (line.StartsWith('.') ? line[1..] : line) + "\r\n")), Encoding.Latin1);
        Assert.Equal("['7bit', 'quoted-printable', '7bit', 'quoted-printable', 'base64']", await RunAsync("read", file));
    }

    private static async Task<string> RunAsync(params string[] arguments)
    {
        Printed printed = await Program.RunAsync("python3", [Program.File("tests/Interop/eightbit.py"), .. arguments]);
        Assert.True(printed.ExitCode == 0, printed.All);
        return printed.Output.Trim();
    }
}
