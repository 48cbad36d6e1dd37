using System.Net;
using DirMail.Mail;
using DirMail.Routing;
using DirMail.Servers.Smtp;
using DirMail.Unit.Routing;

namespace DirMail.Unit.Servers.Smtp;

/// <summary>Whom a trusted client sends for: DESIGN's row "trusted network".</summary>
public sealed class TrustedNetworkTests
{
    private static readonly IPAddress Client = IPAddress.Parse("192.0.2.7");

    [Theory]
    [InlineData("printer@bcd.com", null, null, "bcd.com")]
    [InlineData("printer@bcd.net", null, null, "bcd.com")]
    [InlineData("printer@elsewhere.test", null, null, null)]
    [InlineData("", null, null, null)]
    [InlineData("printer@bcd.com", "mailDomainStatus", "overquota", "bcd.com")]
    [InlineData("printer@bcd.com", "mailDomainStatus", "inactive", null)]
    [InlineData("printer@bcd.com", "mailDomainStatus", "hold", null)]
    [InlineData("printer@bcd.com", "inetDomainStatus", "deleted", null)]
    [InlineData("printer@bcd.com", "mailDomainAllowedServiceAccess", "+imap:*", null)]
    [InlineData("printer@bcd.com", "mailDomainAllowedServiceAccess", "+smtp:192.0.2.0/24", "bcd.com")]
    [InlineData("printer@bcd.com", "mailDomainAllowedServiceAccess", "+smtp:198.51.100.0/24", null)]
    [InlineData("printer@bcd.com", "mailDomainAllowedServiceAccess", "+smtp:.bcd.com", "bcd.com")]
    [InlineData("printer@bcd.com", "mailDomainAllowedServiceAccess", "+smtp:.cde.com", null)]
    public void It_is_the_sender_s_domain_where_that_may_send_and_else_the_host(string sender, string? attribute, string? value, string? domain)
    {
        ExampleDirectory directory = ExampleDirectory.Load();
        if (attribute is not null)
            directory.Set("o=bcd.com,o=hosting", attribute, value!);
        MailAddress? from = sender.Length == 0 ? null : MailAddress.Parse(sender);
        Assert.Equal(domain is null ? null : directory.Domain(domain).Id, TrustedNetwork.DomainOf(directory.Table, from, new ServiceUse(MailService.Smtp, false, Client) { Name = new ClientName.Checked(["printer.bcd.com"]) }));
    }
}
