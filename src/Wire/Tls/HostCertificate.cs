using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace DirMail.Wire;

/// <summary>
/// A certificate with its key and the intermediate ones that are sent along. Not disposed when it is replaced: sessions under way may still need it.
/// </summary>
public sealed class HostCertificate
{
    private HostCertificate(X509Certificate2 leaf, X509Certificate2Collection chain)
    {
        Leaf = leaf;
        // holds the chain and what session resumption needs, so it lives as long as the certificate; offline: no fetching of what is missing
        Context = SslStreamCertificateContext.Create(leaf, chain, offline: true);
        Names = NamesOf(leaf);
    }

    /// <summary>With its private key.</summary>
    public X509Certificate2 Leaf { get; }

    /// <summary>DNS names that it is for, lower-case, wildcards as "*.example.org" (RFC 6125 6.4.3); the common name only where there are no others.</summary>
    public IReadOnlyList<string> Names { get; }

    internal SslStreamCertificateContext Context { get; }

    /// <summary>From PEM text: the certificate first, then its chain; the key as PKCS 8, PKCS 1 or SEC 1, not encrypted.</summary>
    /// <exception cref="CryptographicException">The text holds no whole certificate, no key, or the two do not belong together.</exception>
    public static HostCertificate FromPem(string chain, string key)
    {
        try
        {
            X509Certificate2 leaf = X509Certificate2.CreateFromPem(chain, key);
            var all = new X509Certificate2Collection();
            all.ImportFromPem(chain);
            all.RemoveAt(0);
            return new(leaf, all);
        }
        catch (ArgumentException wrong)
        {
            // a key that is not the certificate's
            throw new CryptographicException(wrong.Message, wrong);
        }
    }

    private static IReadOnlyList<string> NamesOf(X509Certificate2 leaf)
    {
        string[] alternative = [.. leaf.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(extension => extension.EnumerateDnsNames()).Select(name => name.ToLowerInvariant()).Distinct()];
        return alternative.Length > 0 ? alternative : [leaf.GetNameInfo(X509NameType.SimpleName, forIssuer: false).ToLowerInvariant()];
    }
}
