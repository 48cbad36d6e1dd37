using DirMail.Mail;
using DirMail.Wire;

namespace DirMail.Servers.Smtp.Checks;

/// <summary>SPF of one identity: the sender's domain, or the name in HELO, which for the null sender stands for it (RFC 7208 2.3, 2.4).</summary>
/// <param name="Domain">That was checked; what DMARC compares when it passed.</param>
internal sealed record SenderPolicy(SpfAnswer Answer, string Domain, string Property, string Value)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public string Word => Answer.Verdict.ToString().ToLowerInvariant();

    public static Task<SenderPolicy> OfSenderAsync(SmtpSession session, MailAddress? sender, IDnsClient dns) => sender is { } address
        ? AskAsync(session, address.DomainKey, address.LocalPart, dns, "smtp.mailfrom", address.ToString())
        : OfHeloAsync(session, dns);

    public static Task<SenderPolicy> OfHeloAsync(SmtpSession session, IDnsClient dns)
    {
        string helo = session.ClientName ?? "";
        return AskAsync(session, helo, "", dns, "smtp.helo", helo);
    }

    private static async Task<SenderPolicy> AskAsync(SmtpSession session, string domain, string localPart, IDnsClient dns, string property, string value)
    {
        var question = new SpfQuestion(domain, session.Client)
        {
            LocalPart = localPart.Length > 0 ? localPart : "postmaster",
            Helo = session.ClientName ?? "",
            Receiver = session.HostName,
            Time = session.Services.Clock.GetUtcNow(),
        };
        using var limit = new CancellationTokenSource(Patience);
        SpfAnswer answer = await new Spf(dns).CheckAsync(question, limit.Token);
        return new(answer, domain, property, value);
    }
}
