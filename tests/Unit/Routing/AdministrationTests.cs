using DirMail.Mail;
using DirMail.Routing;

namespace DirMail.Unit.Routing;

public class AdministrationTests
{
    private static readonly DirectoryLogin Site = new(ServedDirectory.SiteAdministrator, "siteadmin-secret");
    private static readonly DirectoryLogin BcdAdmin = new("uid=admin,ou=People,o=bcd.com,o=hosting", "admin-bcd-secret");

    [Fact]
    public async Task The_directory_decides_who_may_set_a_state()
    {
        await using ServedDirectory served = await ServedDirectory.StartAsync();
        var administration = new Administration(served.Settings);
        Assert.Equal(new AdministrationResult.Done(1), await administration.SetDomainStatusAsync(BcdAdmin, "BCD.net", MailStatus.Inactive, default));
        Assert.IsType<AdministrationResult.Refused>(await administration.SetDomainStatusAsync(BcdAdmin, "bcd.com", MailStatus.Deleted, default));
        Assert.IsType<AdministrationResult.Refused>(await administration.SetDomainStatusAsync(BcdAdmin, "cde.com", MailStatus.Inactive, default));
        Assert.IsType<AdministrationResult.Done>(await administration.SetDomainStatusAsync(Site, "bcd.com", MailStatus.Deleted, default));
        Assert.IsType<AdministrationResult.Refused>(await administration.SetDomainStatusAsync(Site, "xyz.test", MailStatus.Active, default));
        Assert.IsType<AdministrationResult.Refused>(await administration.SetDomainStatusAsync(Site, "*)(o=*", MailStatus.Active, default));
        Assert.IsType<AdministrationResult.Refused>(await administration.SetDomainStatusAsync(Site with { Password = "wrong" }, "bcd.com", MailStatus.Active, default));
    }

    [Fact]
    public async Task An_unreadable_ldif_names_file_and_line_and_changes_nothing()
    {
        await using ServedDirectory served = await ServedDirectory.StartAsync();
        string file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, "dn: o=new.test,o=hosting\nobjectClass: organization\no: new.test\n\ndn: o=bad\nthis is no attribute\n");
            var refused = Assert.IsType<AdministrationResult.Refused>(await new Administration(served.Settings).LoadLdifAsync(Site, file, null, default));
            Assert.StartsWith($"{file}, line 6: ", refused.Reason);

            await File.WriteAllTextAsync(file, "dn: o=new.test,o=hosting\nobjectClass: organization\no: new.test\n");
            Assert.Equal(new AdministrationResult.Done(1), await new Administration(served.Settings).LoadLdifAsync(Site, file, null, default));
            refused = Assert.IsType<AdministrationResult.Refused>(await new Administration(served.Settings).LoadLdifAsync(Site, file, null, default));
            Assert.Contains("line 1: o=new.test,o=hosting refused: EntryAlreadyExists", refused.Reason);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
