using DirMail.Mail;
using DirMail.Wire;

namespace DirMail.Servers.Smtp.Checks;

/// <summary>SPF of one transaction: of the sender's domain, and for the null sender of the name in HELO (RFC 7208 2.3, 2.4).</summary>
/// <param name="Domain">That was checked; what DMARC compares when it passed.</param>
internal sealed record SenderPolicy(SpfAnswer Answer, string Domain, string Property, string Value)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public string Word => Answer.Verdict.ToString().ToLowerInvariant();

    public static async Task<SenderPolicy> AskAsync(SmtpSession session, MailAddress? sender, IDnsClient dns)
    {
        string helo = session.ClientName ?? "", domain = sender is { } address ? address.DomainKey : helo;
        var question = new SpfQuestion(domain, session.Client)
        {
            LocalPart = sender is { } given && given.LocalPart.Length > 0 ? given.LocalPart : "postmaster",
            Helo = helo,
            Receiver = session.HostName,
            Time = session.Services.Clock.GetUtcNow(),
        };
        using var limit = new CancellationTokenSource(Patience);
        SpfAnswer answer = await new Spf(dns).CheckAsync(question, limit.Token);
        return new(answer, domain, sender is null ? "smtp.helo" : "smtp.mailfrom", sender is { } from ? from.ToString() : helo);
    }
}
