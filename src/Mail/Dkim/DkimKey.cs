using System.Security.Cryptography;

namespace DirMail.Mail.Dkim;

/// <summary>A public key as it is published (RFC 6376 3.6.1). Whoever gets one disposes it.</summary>
public sealed class DkimKey : IDisposable
{
    /// <summary>RFC 8301 3.2: shorter ones are not accepted, and beyond this nobody must be able to make us compute.</summary>
    public const int LeastBits = 1024, MostBits = 4096;

    private readonly RSA _key;

    private DkimKey(RSA key, bool isStrict) => (_key, IsStrict) = (key, isStrict);

    /// <summary>t=s: the agent's domain must be the signing domain itself.</summary>
    public bool IsStrict { get; }

    /// <summary>Where a key is published.</summary>
    public static string NameOf(string selector, string domain) => $"{selector}._domainkey.{domain}";

    /// <summary>The one that looks like a key: a wildcard may have other texts there too.</summary>
    public static string Among(IReadOnlyList<string> texts) => texts.FirstOrDefault(static text => TagList.Parse(text)?["p"] is not null) ?? texts[0];

    /// <summary>Null, and in <paramref name="fault"/> why it cannot be used and what that makes of the signature.</summary>
    public static DkimKey? Read(string text, out (DkimVerdict Verdict, string Reason) fault)
    {
        fault = (DkimVerdict.PermError, "the key cannot be read");
        if (TagList.Parse(text) is not { } tags || tags["v"] is not (null or "DKIM1") || tags["p"] is null)
            return null;
        if (tags["p"]!.Length == 0)
            fault = (DkimVerdict.Fail, "the key was revoked");
        else if (tags["k"] is { } kind && !kind.Equals("rsa", StringComparison.OrdinalIgnoreCase))
            fault = (DkimVerdict.Neutral, "a kind of key that is not known here");
        else if (tags.List("h") is { } hashes && !hashes.Contains("sha256"))
            fault = (DkimVerdict.PermError, "the key is not for sha256");
        else if (tags.List("s") is { } services && !services.Contains("*") && !services.Contains("email"))
            fault = (DkimVerdict.PermError, "the key is not for mail");
        else if (tags.Octets("p") is { } octets && Import(octets) is { } key)
        {
            if (key.KeySize is >= LeastBits and <= MostBits)
                return new(key, tags.List("t")?.Contains("s") == true);
            fault = (DkimVerdict.Policy, $"the key has {key.KeySize} bits");
            key.Dispose();
        }
        return null;
    }

    public bool Verifies(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature) => _key.VerifyData(data, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);

    public void Dispose() => _key.Dispose();

    /// <summary>A SubjectPublicKeyInfo as everyone publishes it, or the bare RSAPublicKey of the document.</summary>
    private static RSA? Import(byte[] octets)
    {
        var key = RSA.Create();
        foreach (bool isBare in (bool[])[false, true])
        {
            try
            {
                int used;
                if (isBare)
                    key.ImportRSAPublicKey(octets, out used);
                else
                    key.ImportSubjectPublicKeyInfo(octets, out used);
                if (used == octets.Length)
                    return key;
            }
            catch (CryptographicException)
            {
                // not in this form
            }
        }
        key.Dispose();
        return null;
    }
}
