using DirMail.Channels.Smtp;
using DirMail.Wire;

namespace DirMail.Unit.Channels.Sts;

public sealed class StsPolicyTests
{
    [Fact]
    public void A_policy_is_read_with_either_line_end_and_unknown_fields()
    {
        StsPolicy policy = StsPolicy.Parse("version: STSv1\r\nmode: enforce\nmx: Mail.example.com\r\nmx: *.example.net\nfuture: x\nmax_age: 604800\r\n")!;
        Assert.Equal(StsMode.Enforce, policy.Mode);
        Assert.Equal<string>(["mail.example.com", "*.example.net"], policy.Hosts);
        Assert.Equal(TimeSpan.FromDays(7), policy.MaxAge);
    }

    [Theory]
    [InlineData("")]
    [InlineData("version: STSv2\nmode: enforce\nmx: a\nmax_age: 1\n")]
    [InlineData("version: STSv1\nmode: strict\nmx: a\nmax_age: 1\n")]
    [InlineData("version: STSv1\nmode: enforce\nmax_age: 1\n")]
    [InlineData("version: STSv1\nmode: enforce\nmx: a\n")]
    [InlineData("version: STSv1\nmode: enforce\nmx: a\nmax_age: -1\n")]
    [InlineData("version: STSv1\nmode: enforce\nmx: a\nmax_age: 99999999999\n")]
    [InlineData("<html>not found</html>")]
    public void What_is_no_policy_is_none(string text) => Assert.Null(StsPolicy.Parse(text));

    [Fact]
    public void A_policy_may_end_all_policies() => Assert.Equal(StsMode.None, StsPolicy.Parse("version: STSv1\nmode: none\nmax_age: 86400\n")!.Mode);

    [Theory]
    [InlineData("mail.example.com", true)]
    [InlineData("MAIL.example.com.", true)]
    [InlineData("other.example.com", false)]
    [InlineData("a.example.net", true)]
    [InlineData("a.b.example.net", false)]
    [InlineData("example.net", false)]
    [InlineData(".example.net", false)]
    public void Hosts_match_by_name_or_by_one_label(string host, bool isNamed) =>
        Assert.Equal(isNamed, StsPolicy.Parse("version: STSv1\nmode: enforce\nmx: mail.example.com\nmx: *.example.net\nmax_age: 1\n")!.Names(host));

    [Theory]
    [InlineData("v=STSv1; id=20260101;", "20260101")]
    [InlineData("v=STSv1;id=a1", "a1")]
    [InlineData("v=STSv1; id=not-allowed;", null)]
    [InlineData("v=STSv1; other=1;", null)]
    [InlineData("v=STSv2; id=1;", null)]
    public void The_record_tells_the_version_of_the_policy(string text, string? id) =>
        Assert.Equal(id, StsPolicies.RecordId(new(DnsStatus.Ok, ["v=spf1 -all", text])));

    [Fact]
    public void Two_records_are_none() => Assert.Null(StsPolicies.RecordId(new(DnsStatus.Ok, ["v=STSv1; id=1;", "v=STSv1; id=2;"])));
}
