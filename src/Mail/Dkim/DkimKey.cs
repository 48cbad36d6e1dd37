using System.Security.Cryptography;

namespace DirMail.Mail.Dkim;

/// <summary>A public key as it is published (RFC 6376 3.6.1, RFC 8463 4). Whoever gets one disposes it.</summary>
public sealed class DkimKey : IDisposable
{
    /// <summary>RFC 8301 3.2: shorter ones are not accepted, and beyond this nobody must be able to make us compute.</summary>
    public const int LeastBits = 1024, MostBits = 4096;

    public const string RsaSha256 = "rsa-sha256", Ed25519Sha256 = "ed25519-sha256";

    private readonly RSA? _rsa;
    private readonly byte[] _ed25519 = [];

    private DkimKey(RSA key, bool isStrict) => (_rsa, IsStrict) = (key, isStrict);

    private DkimKey(byte[] key, bool isStrict) => (_ed25519, IsStrict) = (key, isStrict);

    /// <summary>Whether signatures by this algorithm can be verified here.</summary>
    public static bool Knows(string algorithm) => algorithm == RsaSha256 || (algorithm == Ed25519Sha256 && Ed25519.IsAvailable);

    /// <summary>The only one that the key is for.</summary>
    public string Algorithm => _rsa is null ? Ed25519Sha256 : RsaSha256;

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
        else if (!IsKnown(tags["k"] ?? "rsa", out bool isEd25519))
            fault = (DkimVerdict.Neutral, "a kind of key that is not known here");
        else if (tags.List("h") is { } hashes && !hashes.Contains("sha256"))
            fault = (DkimVerdict.PermError, "the key is not for sha256");
        else if (tags.List("s") is { } services && !services.Contains("*") && !services.Contains("email"))
            fault = (DkimVerdict.PermError, "the key is not for mail");
        else if (tags.Octets("p") is { } octets)
        {
            bool isStrict = tags.List("t")?.Contains("s") == true;
            if (isEd25519)
                return octets.Length == Ed25519.KeyOctets ? new(octets, isStrict) : null;
            if (Import(octets) is not { } key)
                return null;
            if (key.KeySize is >= LeastBits and <= MostBits)
                return new(key, isStrict);
            fault = (DkimVerdict.Policy, $"the key has {key.KeySize} bits");
            key.Dispose();
        }
        return null;
    }

    /// <summary>By its own <see cref="Algorithm"/>: Ed25519 signs the hash (RFC 8463 3).</summary>
    public bool Verifies(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature) => _rsa is not null
        ? _rsa.VerifyData(data, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
        : signature.Length == Ed25519.SignatureOctets && Ed25519.Verifies(_ed25519, SHA256.HashData(data), signature.ToArray());

    public void Dispose() => _rsa?.Dispose();

    private static bool IsKnown(string kind, out bool isEd25519)
    {
        isEd25519 = kind.Equals("ed25519", StringComparison.OrdinalIgnoreCase) && Ed25519.IsAvailable;
        return isEd25519 || kind.Equals("rsa", StringComparison.OrdinalIgnoreCase);
    }

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
