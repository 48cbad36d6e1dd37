using DirMail.Serve;
using DirMail.Unit.Wire;

namespace DirMail.Unit.Executable;

public sealed class NonlocalBindTests
{
    [Fact]
    public async Task The_switches_that_are_on_are_named()
    {
        await using var folder = new TemporaryFolder();
        Assert.Empty(NonlocalBind.On(folder.Path));
        foreach ((string family, string value) in new[] { ("ipv4", "0\n"), ("ipv6", "1\n") })
        {
            Directory.CreateDirectory(Path.Combine(folder.Path, "net", family));
            await File.WriteAllTextAsync(Path.Combine(folder.Path, "net", family, "ip_nonlocal_bind"), value);
        }
        Assert.Equal(["net.ipv6.ip_nonlocal_bind"], NonlocalBind.On(folder.Path));
    }
}
