using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace DirMail.Mail.Dkim;

/// <summary>Makes signatures of a domain: rsa-sha256, relaxed/relaxed, From signed once more than it stands there (RFC 6376 3.5, 5.4, 8.15). The key stays the caller's.</summary>
public sealed class DkimSigner(string domain, string selector, RSA key)
{
    private const int LineOctets = 72;

    /// <summary>RFC 6376 5.4.1: what says who wrote what to whom, and how to read it.</summary>
    private static readonly string[] Names =
    [
        "From", "Sender", "Reply-To", "Subject", "Date", "Message-ID", "To", "Cc", "MIME-Version", "Content-Type", "Content-Transfer-Encoding", "Content-ID", "Content-Description",
        "In-Reply-To", "References", "Resent-Date", "Resent-From", "Resent-Sender", "Resent-To", "Resent-Cc", "Resent-Message-ID", "List-Id", "List-Help", "List-Unsubscribe",
        "List-Unsubscribe-Post", "List-Subscribe", "List-Post", "List-Owner", "List-Archive",
    ];

    /// <summary>The field, with line end, to be put before the message.</summary>
    /// <param name="bodyHash">Of the relaxed body.</param>
    public byte[] Sign(CanonicalHeader header, ReadOnlySpan<byte> bodyHash, DateTimeOffset now)
    {
        string[] names = [.. Names.SelectMany(name => Enumerable.Repeat(name, header.Block.Count(name) + (name == "From" ? 1 : 0)))];
        var field = new StringBuilder();
        field.Append(CultureInfo.InvariantCulture, $"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d={domain}; s={selector};\r\n\tt={now.ToUnixTimeSeconds()}; bh={Convert.ToBase64String(bodyHash)};\r\n\th=");
        Wrap(field, names.Select((name, i) => i < names.Length - 1 ? name + ":" : name + ";"));
        field.Append("\r\n\tb=");
        byte[] data = header.Signed(names, Encoding.ASCII.GetBytes(field.ToString()), Canonicalization.Relaxed);
        string signature = Convert.ToBase64String(key.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        Wrap(field, signature.Chunk(LineOctets).Select(static line => new string(line)));
        return Encoding.ASCII.GetBytes(field.Append("\r\n").ToString());
    }

    private static void Wrap(StringBuilder text, IEnumerable<string> words)
    {
        int line = 3;
        foreach (string word in words)
        {
            if (line > 3 && line + word.Length > LineOctets + 3)
            {
                text.Append("\r\n\t ");
                line = 3;
            }
            text.Append(word);
            line += word.Length;
        }
    }
}
