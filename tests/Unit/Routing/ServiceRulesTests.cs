using System.Net;
using DirMail.Mail;
using DirMail.Routing;

namespace DirMail.Unit.Routing;

public class ServiceRulesTests
{
    [Theory]
    [InlineData("+ALL:ALL", "imap pop smtp http imaps pops smtps https")]
    [InlineData("-ALL:ALL", "")]
    [InlineData("-*:*", "")]
    [InlineData("+imap,imaps,pop,pops,smtp,smtps,http:ALL", "imap pop smtp http imaps pops smtps https")]
    [InlineData("+imaps,pops:*", "imaps pops")]
    [InlineData("+imap:*", "imap imaps")]
    [InlineData("-imap:*$-pop:*$-http:*", "smtp smtps")]
    [InlineData("-imaps:*", "imap pop smtp http pops smtps https")]
    [InlineData("+imap,imaps,smtp,smtps,http:ALL$-pop,pops:ALL", "imap smtp http imaps smtps https")]
    [InlineData("-ALL:ALL$+imap:192.0.2.9", "imap imaps")]
    [InlineData("-ALL:ALL EXCEPT 192.0.2.9", "imap pop smtp http imaps pops smtps https")]
    [InlineData("-ALL:ALL EXCEPT 192.0.2.8", "")]
    [InlineData("+ALL:192.0.2.0/24", "imap pop smtp http imaps pops smtps https")]
    [InlineData("+ALL:192.0.2.0/255.255.255.0", "imap pop smtp http imaps pops smtps https")]
    [InlineData("+ALL:192.0.2.", "imap pop smtp http imaps pops smtps https")]
    [InlineData("+ALL:192.0.3.0/24", "")]
    [InlineData("+ALL:192.0.0.0/22 EXCEPT 192.0.2.0/24", "")]
    [InlineData("+ALL:LOCAL", "")]
    [InlineData("+ALL:*", "imap pop smtp http imaps pops smtps https")]
    [InlineData("-ALL:ALL EXCEPT LOCAL", "")]
    [InlineData("+imap:ALL$-imap:ALL", "imap pop smtp http imaps pops smtps https")]
    [InlineData("-imap:ALL$+imap:ALL except 192.0.2.9", "pop smtp http pops smtps https")]
    [InlineData("-imap:192.0.2.8, 192.0.2.9 ,192.0.2.10", "pop smtp http pops smtps https")]
    [InlineData("+smime:*", "")]
    [InlineData("-smime:*", "imap pop smtp http imaps pops smtps https")]
    [InlineData("+POP3:*", "pop pops")]
    [InlineData("+sieve,jmap:ALL", "")]
    [InlineData(" + imap : ALL ", "imap imaps")]
    [InlineData("", "imap pop smtp http imaps pops smtps https")]
    public void Rules_allow_services(string rules, string allowed)
    {
        ServiceRules parsed = ServiceRules.Parse(rules, out string? problem);
        Assert.Null(problem);
        Assert.Equal(allowed, Allowed(parsed, "192.0.2.9"));
    }

    private const string Everything = "imap pop smtp http imaps pops smtps https";
    private const string ButImap = "pop smtp http pops smtps https";

    [Theory]
    [InlineData("imap:ALL", "")]
    [InlineData("nonsense", "")]
    [InlineData("-imap", "")]
    [InlineData("-imap:", "")]
    [InlineData("-imap: EXCEPT 192.0.2.9", "")]
    [InlineData("$$:$-pop:ALL", "")]
    [InlineData("+imap:ALL$nonsense", "imap imaps")]
    public void What_is_no_rule_refuses_all_that_no_other_rule_grants(string rules, string allowed) => Told(rules, allowed);

    [Theory]
    [InlineData("mail.example.org")]
    [InlineData(".example.org")]
    [InlineData("KNOWN")]
    [InlineData("UNKNOWN")]
    [InlineData("DNSSPOOFER")]
    [InlineData("192.0.2.0/33")]
    [InlineData("192.0.2.0/255.0.255.0")]
    [InlineData("192.0.2.0/24/24")]
    [InlineData("192.0.2")]
    public void A_client_that_cannot_be_decided_counts_as_far_as_it_refuses(string client)
    {
        Told($"-imap:{client}", ButImap);
        Told($"+imap:{client}", "");
        Told($"-imap:ALL EXCEPT {client}", ButImap);
        Told($"+imap:ALL EXCEPT {client}", "");
        Told($"+imap:{client},192.0.2.9", "imap imaps");
        Told($"-imap:{client} EXCEPT 192.0.2.9", Everything);
        Told($"+imap:192.0.2.9$-imap:{client}", Everything);
    }

    private static void Told(string rules, string allowed)
    {
        ServiceRules parsed = ServiceRules.Parse(rules, out string? problem);
        Assert.NotNull(problem);
        Assert.Equal(allowed, Allowed(parsed, "192.0.2.9"));
    }

    [Theory]
    [InlineData("+imap:2001:db8::/32", "2001:db8:1::5", true)]
    [InlineData("+imap:2001:db8::/32", "2001:db9::5", false)]
    [InlineData("+imap:2001:db8::5", "2001:db8::5", true)]
    [InlineData("+imap:192.0.2.9", "::ffff:192.0.2.9", true)]
    [InlineData("+imap:LOCAL", "::1", true)]
    public void Clients_of_both_families_match(string rules, string client, bool allowed) =>
        Assert.Equal(allowed, ServiceRules.Parse(rules, out _).Allows(MailService.Imap, false, IPAddress.Parse(client)));

    private static string Allowed(ServiceRules rules, string client) => string.Join(' ',
        from isProtected in new[] { false, true }
        from service in Enum.GetValues<MailService>()
        where rules.Allows(service, isProtected, IPAddress.Parse(client))
        select service.ToString().ToLowerInvariant() + (isProtected ? "s" : ""));
}
