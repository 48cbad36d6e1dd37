using System.Globalization;
using DirMail.Demo;
using Xunit;

namespace DirMail.Interop;

/// <summary>REQUIRETLS (RFC 8689) from a login to the next server: handed on to one that proves its name and offers it, and to nobody else.</summary>
public sealed class RequireTlsTests
{
    [Theory]
    [InlineData("REQUIRETLS,SIZE", true, "TLS MAIL FROM:<bob@bcd.com> SIZE=*")]
    [InlineData("SIZE", true, "nothing")]
    [InlineData("REQUIRETLS,SIZE", false, "nothing")]
    public async Task Leaves_only_where_it_is_kept(string offers, bool isTrusted, string heard)
    {
        using var authority = new TestAuthority();
        ServerCertificate certificate = authority.Issue();
        int sink = FreePort.Take();
        using var setup = new ServerSetup(sinkPort: sink);
        await using ServerProcess server = await ServerProcess.StartAsync(setup, isTrusted ? [("SSL_CERT_FILE", authority.CaFile)] : []);
        Printed printed = await Program.RunAsync("python3", [Program.File("tests/Interop/requiretls.py"), Text(sink), certificate.File, certificate.KeyFile, Text(setup.Submission), DemoUser.Bob.Address, DemoUser.Bob.Password, offers]);
        Assert.True(printed.ExitCode == 0, printed.All);
        Assert.Matches("^" + System.Text.RegularExpressions.Regex.Escape(heard).Replace("\\*", ".* REQUIRETLS", StringComparison.Ordinal) + "$", printed.Output.Trim());
    }

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);
}
