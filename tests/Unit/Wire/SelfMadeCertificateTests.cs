using System.Net;
using System.Security.Cryptography.X509Certificates;
using DirMail.Wire;

namespace DirMail.Unit.Wire;

public sealed class SelfMadeCertificateTests
{
    [Fact]
    public async Task It_is_made_once_and_kept_for_its_owner_only()
    {
        await using var folder = new TemporaryFolder();
        X509Certificate2 first = Make(folder, "mail.abc.com"), second = Make(folder, "mail.abc.com");
        Assert.Equal(first.Thumbprint, second.Thumbprint);
        Assert.True(second.HasPrivateKey);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Directory.GetFiles(folder.Path).Single()));
    }

    [Fact]
    public async Task A_damaged_file_or_another_name_makes_a_new_one()
    {
        await using var folder = new TemporaryFolder();
        X509Certificate2 first = Make(folder, "mail.abc.com");
        Assert.True(Make(folder, "mail.bcd.com").MatchesHostname("mail.bcd.com"));
        await File.WriteAllTextAsync(Directory.GetFiles(folder.Path).Single(), "damaged");
        Assert.NotEqual(first.Thumbprint, Make(folder, "mail.abc.com").Thumbprint);
    }

    private static X509Certificate2 Make(TemporaryFolder folder, string name) => SelfMadeCertificate.LoadOrMake(folder.Path, name, TimeProvider.System).Find(null, IPAddress.Loopback).Leaf;
}
