using DirMail.Mail;
using DirMail.Mail.Dkim;
using DirMail.Mail.Dmarc;
using DirMail.Mail.Mime;
using DirMail.Wire;

namespace DirMail.Servers.Smtp.Checks;

/// <summary>DMARC of one message: asks for the policy of the domain in From, and has it judged.</summary>
internal static class DomainPolicy
{
    private const int MaxDomains = 5;

    /// <summary>With addresses of several domains in From: what is hardest for any of them (RFC 7489 6.6.1).</summary>
    public static async Task<DmarcResult> CheckAsync(DmarcCheck check, MessageStructure structure, int fromFields, SenderPolicy spf, IReadOnlyList<DkimResult> dkim, IDnsClient dns, CancellationToken cancellationToken)
    {
        string[] domains = [.. structure.Envelope.From.Select(DomainOf).Where(static domain => domain.Length > 0).Distinct().Take(MaxDomains)];
        if (fromFields != 1 || domains.Length == 0)
            return new(DmarcVerdict.PermError, domains.FirstOrDefault() ?? "", DmarcPolicy.None);
        string? spfDomain = spf.Answer.Verdict == SpfVerdict.Pass ? spf.Domain : null;
        string[] signers = [.. dkim.Where(static result => result.Verdict == DkimVerdict.Pass).Select(static result => result.Domain)];
        var results = new List<DmarcResult>();
        foreach (string domain in domains)
            results.Add(await OneAsync(check, domain, spfDomain, signers, dns, cancellationToken));
        return results.OrderByDescending(static result => result.Disposition).ThenByDescending(static result => result.Verdict == DmarcVerdict.Fail).First();
    }

    private static async Task<DmarcResult> OneAsync(DmarcCheck check, string from, string? spfDomain, string[] signers, IDnsClient dns, CancellationToken cancellationToken)
    {
        try
        {
            IReadOnlyList<string> names = check.RecordNames(from);
            foreach (string name in names)
            {
                TextAnswer answer = await dns.TextsAsync(name, cancellationToken);
                if (answer.Status == DnsStatus.Unavailable)
                    return new(DmarcVerdict.TempError, from, DmarcPolicy.None);
                if (DmarcRecord.Find(answer.Texts) is { } record)
                    return check.Judge(from, record, name == names[0], spfDomain, signers, Random.Shared.Next(100));
            }
            return new(DmarcVerdict.None, from, DmarcPolicy.None);
        }
        catch (OperationCanceledException)
        {
            return new(DmarcVerdict.TempError, from, DmarcPolicy.None);
        }
    }

    private static string DomainOf(HeaderAddress from) =>
        from.Host is not null && MailAddress.TryParse($"x@{from.Host}", out MailAddress address) ? address.DomainKey : "";
}
