using DirMail.Mail.Dmarc;

namespace DirMail.Unit.Mail.Dmarc;

public class DmarcCheckTests
{
    private static readonly PublicSuffixes Suffixes = new(["// a comment", "com", "uk", "co.uk", "*.ck", "!www.ck", "公司.cn", ""]);

    [Theory]
    [InlineData("example.com", "example.com")]
    [InlineData("a.b.Example.COM.", "example.com")]
    [InlineData("mail.example.co.uk", "example.co.uk")]
    [InlineData("co.uk", "co.uk")]
    [InlineData("com", "com")]
    [InlineData("a.b.other.ck", "b.other.ck")]
    [InlineData("a.www.ck", "www.ck")]
    [InlineData("a.b.unlisted", "b.unlisted")]
    [InlineData("a.b.xn--55qx5d.cn", "b.xn--55qx5d.cn")]
    public void The_organization_is_one_label_below_the_public_suffix(string domain, string organization) => Assert.Equal(organization, Suffixes.OrganizationalDomain(domain));

    [Fact]
    public void Without_the_list_the_last_two_labels_are_the_organization() => Assert.Equal("co.uk", PublicSuffixes.TopLevelOnly.OrganizationalDomain("mail.example.co.uk"));

    [Theory]
    [InlineData("v=DMARC1; p=reject", "sender.com", "", DmarcVerdict.Pass)]
    [InlineData("v=DMARC1; p=reject", "news.sender.com", "", DmarcVerdict.Pass)]
    [InlineData("v=DMARC1; p=reject; aspf=s", "news.sender.com", "", DmarcVerdict.Fail)]
    [InlineData("v=DMARC1; p=reject; aspf=s", "sender.com", "", DmarcVerdict.Pass)]
    [InlineData("v=DMARC1; p=reject", "other.com", "", DmarcVerdict.Fail)]
    [InlineData("v=DMARC1; p=reject", null, "sender.com", DmarcVerdict.Pass)]
    [InlineData("v=DMARC1; p=reject", null, "evil.com,news.sender.com", DmarcVerdict.Pass)]
    [InlineData("v=DMARC1; p=reject; adkim=s", null, "news.sender.com", DmarcVerdict.Fail)]
    [InlineData("v=DMARC1; p=reject", null, "", DmarcVerdict.Fail)]
    public void Who_vouches_must_be_of_the_senders_organization(string record, string? spf, string dkim, DmarcVerdict verdict) =>
        Assert.Equal(verdict, Check.Judge("sender.com", DmarcRecord.Find([record])!, true, spf, dkim.Split(',', StringSplitOptions.RemoveEmptyEntries), 0).Verdict);

    [Theory]
    [InlineData("v=DMARC1; p=reject", true, 99, DmarcPolicy.Reject)]
    [InlineData("v=DMARC1; p=reject; sp=none", true, 0, DmarcPolicy.Reject)]
    [InlineData("v=DMARC1; p=reject; sp=none", false, 0, DmarcPolicy.None)]
    [InlineData("v=DMARC1; p=none; sp=quarantine", false, 0, DmarcPolicy.Quarantine)]
    [InlineData("v=DMARC1; p=reject; pct=50", true, 49, DmarcPolicy.Reject)]
    [InlineData("v=DMARC1; p=reject; pct=50", true, 50, DmarcPolicy.Quarantine)]
    [InlineData("v=DMARC1; p=quarantine; pct=0", true, 0, DmarcPolicy.None)]
    [InlineData("v=DMARC1; p=reject; pct=many", true, 99, DmarcPolicy.Reject)]
    [InlineData("v=DMARC1; p=REJECT; ruf=x", true, 99, DmarcPolicy.Reject)]
    [InlineData("v=DMARC1; p=perhaps; rua=mailto:x@sender.com", true, 0, DmarcPolicy.None)]
    public void The_policy_is_done_as_published(string record, bool isOwn, int lot, DmarcPolicy disposition) =>
        Assert.Equal(disposition, Check.Judge("sender.com", DmarcRecord.Find([record])!, isOwn, null, [], lot).Disposition);

    [Theory]
    [InlineData("v=DMARC2; p=reject")]
    [InlineData("p=reject; v=DMARC1")]
    [InlineData("v=DMARC1; p=perhaps")]
    [InlineData("v=DMARC1; p=reject|v=DMARC1; p=none")]
    [InlineData("")]
    public void What_is_no_policy_is_none(string texts) => Assert.Null(DmarcRecord.Find(texts.Split('|')));

    [Fact]
    public void The_organizations_policy_stands_in() => Assert.Equal(["_dmarc.a.b.sender.com", "_dmarc.sender.com"], Check.RecordNames("a.b.sender.com"));

    private static DmarcCheck Check => new(Suffixes);
}
