using System.Collections.Concurrent;
using System.Security.Cryptography;
using DirMail.Mail.Dkim;

namespace DirMail.Channels.Smtp;

/// <summary>A domain's private key and the selector under which the public one is published. Its text stays in memory.</summary>
public sealed class SigningKey
{
    private readonly string _selector, _pem;

    // RSA objects are not made for several threads: each signature takes one, and gives it back
    private readonly ConcurrentBag<RSA> _idle = [];

    private SigningKey(string selector, string pem) => (_selector, _pem) = (selector, pem);

    /// <exception cref="IOException">The file cannot be read, or holds no RSA key of 1024 to 4096 bits.</exception>
    public static SigningKey Load(string selector, string file)
    {
        try
        {
            var key = new SigningKey(selector, File.ReadAllText(file));
            RSA first = key.Take();
            if (first.KeySize is < DkimKey.LeastBits or > DkimKey.MostBits)
                throw new IOException($"{file}: a key of {first.KeySize} bits cannot sign mail; 2048 is right");
            key._idle.Add(first);
            return key;
        }
        catch (Exception fault) when (fault is UnauthorizedAccessException or ArgumentException or CryptographicException)
        {
            throw new IOException($"{file}: {(fault is UnauthorizedAccessException ? "may not be read" : "holds no RSA key in PEM form")}", fault);
        }
    }

    internal byte[] Sign(string domain, SignatureScan scan, DateTimeOffset now)
    {
        RSA key = _idle.TryTake(out RSA? idle) ? idle : Take();
        try
        {
            return new DkimSigner(domain, _selector, key).Sign(scan.Header, scan.OwnHash, now);
        }
        finally
        {
            _idle.Add(key);
        }
    }

    private RSA Take()
    {
        var key = RSA.Create();
        key.ImportFromPem(_pem);
        return key;
    }
}
