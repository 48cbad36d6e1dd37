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
    [InlineData("+ALL EXCEPT imap,pop:ALL", "smtp http smtps https")]
    [InlineData("-ALL EXCEPT imaps:ALL", "imaps")]
    [InlineData("-ALL EXCEPT imap EXCEPT imaps:ALL", "imap")]
    [InlineData("-ALL:ALL EXCEPT 192.0.2.0/24 EXCEPT 192.0.2.9", "")]
    [InlineData("+ALL:ALL EXCEPT 192.0.2.0/24 EXCEPT 192.0.2.9", "imap pop smtp http imaps pops smtps https")]
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
    [InlineData("mailhost")]
    [InlineData("LOKAL")]
    [InlineData("*.example.org")]
    [InlineData("alice@mail.example.org")]
    [InlineData("@netgroup")]
    [InlineData(".")]
    [InlineData("..example.org")]
    [InlineData(".2")]
    [InlineData("192.0.2.9.1")]
    [InlineData("192.0.2.0/33")]
    [InlineData("192.0.2.0/255.0.255.0")]
    [InlineData("192.0.2.0/24/24")]
    [InlineData("192.0.2")]
    public void A_client_that_cannot_be_read_counts_as_far_as_it_refuses(string client)
    {
        Told($"-imap:{client}", ButImap);
        Told($"+imap:{client}", "");
        Told($"-imap:ALL EXCEPT {client}", ButImap);
        Told($"+imap:ALL EXCEPT {client}", "");
        Told($"+imap:{client},192.0.2.9", "imap imaps");
        Told($"-imap:{client} EXCEPT 192.0.2.9", Everything);
        Told($"+imap:192.0.2.9$-imap:{client}", Everything);
    }

    private const string Named = "mail.example.org", Unnamed = "none", Spoofed = "spoofed", Untold = "untold";

    /// <summary>What each word about names means of clients with a checked name, without one, with a spoofed one, and of one whose name cannot be looked up.</summary>
    [Theory]
    [InlineData("mail.example.org", "yes no no ?")]
    [InlineData("MAIL.Example.ORG.", "yes no no ?")]
    [InlineData("example.org", "no no no ?")]
    [InlineData(".example.org", "yes no no ?")]
    [InlineData(".mail.example.org", "no no no ?")]
    [InlineData(".ample.org", "no no no ?")]
    [InlineData(".org", "yes no no ?")]
    [InlineData("localhost", "no no no ?")]
    [InlineData("KNOWN", "yes no no ?")]
    [InlineData("unknown", "no yes no ?")]
    [InlineData("DNSSPOOFER", "no no yes ?")]
    [InlineData("Paranoid", "no no yes ?")]
    [InlineData("LOCAL", "no no no no")]
    [InlineData("ALL", "yes yes yes yes")]
    [InlineData("192.0.2.9,mail.example.org", "yes yes yes yes")]
    [InlineData("192.0.2.8,mail.example.org", "yes no no ?")]
    [InlineData("KNOWN EXCEPT .example.org", "no no no ?")]
    [InlineData("ALL EXCEPT .example.org", "no yes yes ?")]
    [InlineData("ALL EXCEPT KNOWN EXCEPT .example.org", "yes yes yes ?")]
    [InlineData("192.0.2.8 EXCEPT .example.org", "no no no no")]
    [InlineData("ALL EXCEPT 192.0.2.9,.example.org", "no no no no")]
    public void Words_about_names_are_decided_by_the_client_s_name(string clients, string meant)
    {
        string[] isMeant = meant.Split(' ');
        foreach ((string client, string means) in new[] { Named, Unnamed, Spoofed, Untold }.Zip(isMeant))
        {
            Assert.Equal(Answer(means, "Allowed", "Refused"), Decided($"+imap:{clients}", client));
            Assert.Equal(Answer(means, "Refused", "Allowed"), Decided($"-imap:{clients}", client));
        }

        static string Answer(string means, string yes, string no) => means switch { "yes" => yes, "no" => no, _ => "Untold" };
    }

    /// <summary>A login waits for DNS only where the name would change the answer.</summary>
    [Theory]
    [InlineData("+imap:.example.org$+imap:192.0.2.9", "Allowed")]
    [InlineData("+imap:.example.org,ALL", "Allowed")]
    [InlineData("+pop:.example.org", "Refused")]
    [InlineData("-pop:UNKNOWN", "Allowed")]
    [InlineData("-imap:UNKNOWN$-imap:ALL", "Refused")]
    [InlineData("+imap:192.0.2.8 EXCEPT .example.org", "Refused")]
    [InlineData("+imap:.example.org EXCEPT 192.0.2.9", "Refused")]
    [InlineData("+imap:.example.org$-imap:ALL", "Untold")]
    [InlineData("+imap:LOKAL,.example.org", "Untold")]
    [InlineData("+imap:.example.org EXCEPT LOKAL", "Refused")]
    public void A_name_is_asked_for_only_where_it_decides(string rules, string answer)
    {
        Assert.Equal(answer, Decided(rules, null));
        Assert.Equal(answer, Decided(rules, Untold));
    }

    /// <summary>Whichever of several names DNS gives first decides nothing.</summary>
    [Fact]
    public void All_checked_names_count()
    {
        var both = new ServiceUse(MailService.Imap, true, IPAddress.Parse("192.0.2.9")) { Name = new ClientName.Checked(["a.example.net", "b.example.org"]) };
        Assert.True(ServiceRules.Parse("+imap:.example.org", out _).Allows(both));
        Assert.False(ServiceRules.Parse("-imap:.example.org", out _).Allows(both));
        Assert.True(ServiceRules.Parse("+imap:a.example.net", out _).Allows(both));
    }

    private static string Decided(string rules, string? client)
    {
        ServiceRules parsed = ServiceRules.Parse(rules, out string? problem);
        Assert.Equal(rules.Contains("LOKAL", StringComparison.Ordinal), problem is not null);
        ClientName name = client switch { null => ClientName.NotAsked, Unnamed => ClientName.None, Spoofed => ClientName.Spoofed, Untold => ClientName.Untold, _ => new ClientName.Checked([client]) };
        return parsed.Decide(new(MailService.Imap, true, IPAddress.Parse("192.0.2.9")) { Name = name }, out _).ToString();
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
    [InlineData("+imap:LOCAL", "127.0.70.1", true)]
    [InlineData("+imap:[2001:db8::]/32", "2001:db8:1::5", true)]
    [InlineData("+imap:localhost", "127.0.70.1", true)]
    [InlineData("+imap:KNOWN", "::1", true)]
    public void Clients_of_both_families_match(string rules, string client, bool allowed) =>
        Assert.Equal(allowed, ServiceRules.Parse(rules, out _).Allows(new(MailService.Imap, false, IPAddress.Parse(client)) { Name = ClientName.Loopback }));

    private static string Allowed(ServiceRules rules, string client) => string.Join(' ',
        from isProtected in new[] { false, true }
        from service in Enum.GetValues<MailService>()
        where rules.Allows(new(service, isProtected, IPAddress.Parse(client)))
        select service.ToString().ToLowerInvariant() + (isProtected ? "s" : ""));
}
