using DirMail.Settings;
using DirMail.Unit.Wire;

namespace DirMail.Unit.Executable;

public sealed class SecretsTests
{
    [Fact]
    public async Task A_secret_is_for_its_owner_only()
    {
        await using var data = new TemporaryFolder();
        var secrets = new Secrets(data.Path);
        secrets.Write("service", "first");
        secrets.Write("service", "pa:ss");
        Assert.Equal("pa:ss", secrets.Read("service"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(data.Path, "secrets", "service")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.Combine(data.Path, "secrets")));
    }

    [Fact]
    public async Task There_may_be_none()
    {
        await using var data = new TemporaryFolder();
        Assert.Null(new Secrets(data.Path).Read("service"));
    }

    [Fact]
    public void Made_passwords_differ_and_need_no_quoting()
    {
        Assert.NotEqual(Secrets.Make(), Secrets.Make());
        Assert.Matches("^[a-z2-9-]{24}$", Secrets.Make());
    }
}
