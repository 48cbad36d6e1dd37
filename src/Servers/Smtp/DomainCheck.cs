using DirMail.Wire;

namespace DirMail.Servers.Smtp;

internal enum DomainFact
{
    /// <summary>It may take mail, or nobody can say.</summary>
    Fine,
    DoesNotExist,
    NullMx,
}

/// <summary>What DNS says about a domain that is not hosted here. No answer in time is no reason to refuse: the queue finds out.</summary>
internal static class DomainCheck
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static async Task<DomainFact> FindAsync(SmtpServices services, string domainKey)
    {
        if (services.Dns is not { } dns || services.Routes.All(domainKey).Any(static route => route.Host.Length > 0))
            return DomainFact.Fine;
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            MxAnswer answer = await dns.MxAsync(domainKey, limit.Token);
            return answer switch
            {
                { Status: DnsStatus.NoSuchDomain } => DomainFact.DoesNotExist,
                { Status: DnsStatus.Ok, IsNullMx: true } => DomainFact.NullMx,
                _ => DomainFact.Fine,
            };
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            return DomainFact.Fine;
        }
    }
}
