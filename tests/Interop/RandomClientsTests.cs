using Xunit;

namespace DirMail.Interop;

/// <summary>tests/clients/run in short, with the clients that start quickly. A failure prints the seed that repeats it.</summary>
public sealed class RandomClientsTests
{
    [Theory]
    [InlineData("imaplib")]
    [InlineData("poplib")]
    [InlineData("curl")]
    [InlineData("fetchmail")]
    public async Task View_and_store_agree(string client)
    {
        Printed printed = await Program.RunAsync("bash", [Program.File("tests/clients/run"), "--client", client, "--operations", "60"], "", ("DIRMAIL", ServerProcess.File));
        Assert.True(printed.ExitCode == 0, printed.All);
    }
}
