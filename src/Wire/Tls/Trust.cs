using System.Security.Cryptography.X509Certificates;

namespace DirMail.Wire;

/// <summary>How certificates of others are looked at, wherever we are the client.</summary>
public static class Trust
{
    /// <summary>
    /// A chain that ends at an authority. Nothing is fetched from places that the peer names, in the middle of a handshake: neither what is missing of the chain nor whether
    /// something of it was revoked.
    /// </summary>
    /// <param name="roots">The authorities; null: the system's.</param>
    public static X509ChainPolicy In(X509Certificate2Collection? roots)
    {
        var policy = new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        if (roots is not null)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(roots);
        }
        return policy;
    }
}
