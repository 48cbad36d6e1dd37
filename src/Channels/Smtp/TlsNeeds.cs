using System.Security.Cryptography.X509Certificates;
using DirMail.Wire;

namespace DirMail.Channels.Smtp;

/// <summary>
/// What protection the servers of a domain ask for: by TLSA records of the server (DANE, RFC 7672) where DNS can be trusted that far, else by the domain's MTA-STS
/// policy (RFC 8461), else none. DANE goes first: a policy never makes up for records that do not match (RFC 8461 2).
/// </summary>
/// <param name="roots">Authorities for MTA-STS; null: the system's.</param>
internal sealed class TlsNeeds(IDnsClient dns, StsPolicies policies, X509Certificate2Collection? roots)
{
    /// <summary>Whether DNS names a policy of the domain; for <see cref="PolicyAsync"/>.</summary>
    public Task<string?> RecordAsync(string domain, CancellationToken cancellationToken) => policies.RecordAsync(domain, cancellationToken);

    /// <summary>The policy of a domain whose mail goes by MX; null: none.</summary>
    public Task<StsPolicy?> PolicyAsync(string domain, string? record, CancellationToken cancellationToken) => policies.FindAsync(domain, record, cancellationToken);

    /// <summary>Null: the server may not be used now, because its records cannot be had (RFC 7672 2.1.1) or the policy does not name it.</summary>
    /// <param name="isAuthentic">DNS was validated for the way to this host, and for its addresses.</param>
    public async Task<TlsNeed?> OfAsync(string domain, string host, int port, bool isAuthentic, StsPolicy? policy, CancellationToken cancellationToken)
    {
        if (isAuthentic)
            switch (await dns.TlsaAsync(host, port, cancellationToken))
            {
                case { Status: DnsStatus.Unavailable }:
                    return null;
                case { Status: DnsStatus.Ok, IsAuthentic: true, Records: { Count: > 0 } records }:
                    return new(TlsPolicy.Dane, true, Scope(records), new ServerCheck.Dane(records, [host, domain]));
            }
        return policy switch
        {
            null => TlsNeed.Opportunistic,
            { Mode: StsMode.Enforce } when !policy.Names(host) => null,
            { Mode: StsMode.Enforce } => new(TlsPolicy.Sts, true, host, new ServerCheck.Named([host], roots)),
            // told and used all the same (RFC 8461 5)
            _ => TlsNeed.Opportunistic with { Policy = TlsPolicy.Sts },
        };
    }

    private static string Scope(IReadOnlyList<TlsaRecord> records) =>
        string.Join(' ', records.Select(static record => $"{record.Usage}{record.Selector}{record.Matching}{Convert.ToHexString(record.Data.AsSpan())}").Order(StringComparer.Ordinal));
}
