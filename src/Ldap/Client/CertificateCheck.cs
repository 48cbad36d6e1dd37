using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace DirMail.Ldap.Client;

/// <summary>
/// Judges the certificate of one server, once. With pins it must be a pinned one, and nothing else counts; else it must be for the host's name (RFC 4513 3.1.3), in its
/// time, and signed by a trusted authority. <see cref="Refusal"/> says why it was refused and what helps.
/// </summary>
internal sealed class CertificateCheck(LdapServer server)
{
    /// <summary>Null until a certificate was refused.</summary>
    public string? Refusal { get; private set; }

    /// <exception cref="System.Security.Cryptography.CryptographicException">The file of authorities holds none.</exception>
    public SslClientAuthenticationOptions Options() => new()
    {
        TargetHost = server.Host,
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        CertificateChainPolicy = Policy(),
        RemoteCertificateValidationCallback = (_, certificate, chain, errors) => IsAccepted(certificate as X509Certificate2, chain, errors),
    };

    /// <summary>Certificates between are the server's to send: fetching them would let a certificate say where we connect to, and how long we wait.</summary>
    private X509ChainPolicy Policy()
    {
        var policy = new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        if (server.CaFile is null || server.Pins.Count > 0)
            return policy;
        policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        policy.CustomTrustStore.ImportFromPemFile(server.CaFile);
        return policy;
    }

    private bool IsAccepted(X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        Refusal = certificate is null ? "it showed no certificate"
            : server.Pins.Count > 0 ? PinFault(CertificatePin.Of(certificate))
            : errors == SslPolicyErrors.None ? null
            : string.Join("; ", Faults(certificate, chain, errors));
        return Refusal is null;
    }

    private string? PinFault(CertificatePin seen) =>
        server.Pins.Contains(seen) ? null : $"its certificate has the pin {seen}, which is none of directory.pins: if the directory has a new key, add this one";

    private IEnumerable<string> Faults(X509Certificate2 certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
            yield return $"its certificate is for {NamesOf(certificate)}, not for {server.Host}: write such a name in directory.url, or pin the certificate (directory.pins: {CertificatePin.Of(certificate)})";
        if (!errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors))
            yield break;
        X509ChainStatusFlags flags = chain?.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, status) => all | status.Status) ?? default;
        if (flags.HasFlag(X509ChainStatusFlags.NotTimeValid))
            yield return TimeFault(certificate);
        if ((flags & (X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain)) != 0)
            yield return $"its certificate is signed by an unknown authority ({certificate.Issuer}): put that one's certificate into directory.caFile, or pin the server's (directory.pins: {CertificatePin.Of(certificate)})";
        flags &= ~(X509ChainStatusFlags.NotTimeValid | X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain);
        if (flags != 0)
            yield return $"its certificate is not valid: {flags}";
    }

    private static string TimeFault(X509Certificate2 certificate)
    {
        DateTime now = TimeProvider.System.GetLocalNow().DateTime;
        if (now > certificate.NotAfter)
            return $"its certificate expired on {Day(certificate.NotAfter)}: renew it on the directory server";
        if (now < certificate.NotBefore)
            return $"its certificate is not valid before {Day(certificate.NotBefore)}: look at the clocks of both machines";
        return "an authority's certificate above it has expired: renew it on the directory server and in directory.caFile";
    }

    private static string NamesOf(X509Certificate2 certificate)
    {
        X509SubjectAlternativeNameExtension? names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
        string[] all = names is null ? [] : [.. names.EnumerateDnsNames(), .. names.EnumerateIPAddresses().Select(address => address.ToString())];
        return all.Length > 0 ? string.Join(", ", all.Take(5)) : certificate.GetNameInfo(X509NameType.SimpleName, false);
    }

    private static string Day(DateTime time) => time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture);
}
