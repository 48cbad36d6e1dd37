using System.Security.Cryptography.X509Certificates;

namespace DirMail.Wire;

/// <summary>What a server's certificate must be before we go on.</summary>
public abstract record ServerCheck
{
    private ServerCheck() { }

    /// <summary>Anything: TLS against listeners only (RFC 7435).</summary>
    public static ServerCheck None { get; } = new Unchecked();

    /// <summary>Whether the certificate will do, told when it will not. Called once in the handshake.</summary>
    /// <param name="sent">The certificates that the server sent besides its own.</param>
    internal abstract string? Problem(X509Certificate2 own, X509Certificate2Collection sent);

    /// <summary>Signed by an authority, in force, and for one of the names (RFC 6125, as RFC 8461 4.1 and RFC 8689 4.2 ask).</summary>
    /// <param name="Roots">The authorities; null: the system's.</param>
    public sealed record Named(IReadOnlyList<string> Names, X509Certificate2Collection? Roots = null) : ServerCheck
    {
        internal override string? Problem(X509Certificate2 own, X509Certificate2Collection sent) =>
            ChainProblem(own, sent, Trust.In(Roots)) ?? NameProblem(own, Names);
    }

    /// <summary>
    /// Matches one of the records (RFC 7672 3.1): the server's own certificate or key, where neither name nor date matters, or an authority in the chain it sent,
    /// where they do. Without a usable record TLS alone is asked for (RFC 7672 2.2).
    /// </summary>
    public sealed record Dane(IReadOnlyList<TlsaRecord> Records, IReadOnlyList<string> Names) : ServerCheck
    {
        internal override string? Problem(X509Certificate2 own, X509Certificate2Collection sent)
        {
            TlsaRecord[] usable = [.. Records.Where(TlsaMatch.IsUsable)];
            if (usable.Length == 0 || usable.Any(record => record.Usage == TlsaMatch.EndEntity && TlsaMatch.Is(record, own)))
                return null;
            X509Certificate2[] anchors = [.. sent.Where(certificate => usable.Any(record => record.Usage == TlsaMatch.TrustAnchor && TlsaMatch.Is(record, certificate)))];
            return anchors.Length == 0
                ? "the certificate matches none of the TLSA records"
                : ChainProblem(own, sent, WhoeverEndsIt(), anchors) ?? NameProblem(own, Names);
        }
    }

    private sealed record Unchecked : ServerCheck
    {
        internal override string? Problem(X509Certificate2 own, X509Certificate2Collection sent) => null;
    }

    /// <param name="anchors">One of them must stand in the chain above the server's own certificate; null: what the policy trusts is enough.</param>
    private static string? ChainProblem(X509Certificate2 own, X509Certificate2Collection sent, X509ChainPolicy policy, X509Certificate2[]? anchors = null)
    {
        policy.ExtraStore.AddRange(sent);
        using var chain = new X509Chain { ChainPolicy = policy };
        if (chain.Build(own) && (anchors is null || chain.ChainElements.Skip(1).Any(element => anchors.Any(anchor => anchor.RawData.AsSpan().SequenceEqual(element.Certificate.RawData)))))
            return null;
        string why = string.Join(", ", chain.ChainStatus.Select(static status => status.Status).Distinct());
        return "the certificate is not trusted: " + (why.Length > 0 ? why : "no authority that was named is in its chain");
    }

    /// <summary>An anchor may be in the middle of a chain whose end nobody knows.</summary>
    private static X509ChainPolicy WhoeverEndsIt()
    {
        X509ChainPolicy policy = Trust.In(null);
        policy.VerificationFlags = X509VerificationFlags.AllowUnknownCertificateAuthority;
        return policy;
    }

    private static string? NameProblem(X509Certificate2 own, IReadOnlyList<string> names) =>
        names.Any(name => own.MatchesHostname(name)) ? null : $"the certificate is not for {string.Join(" or ", names)}";
}
