namespace DirMail.Mail.Dkim;

/// <summary>Judges one signature (RFC 6376 6.1, RFC 8301, RFC 8463), in two steps, as between them somebody asks DNS for the key.</summary>
public static class SignatureCheck
{
    private const int MarkLength = 8;

    /// <summary>Null: nothing speaks against it; the key is wanted.</summary>
    public static DkimResult? WithoutKey(ScannedSignature scanned, DateTimeOffset now)
    {
        if (scanned.Signature is not { } signature)
            return new(DkimVerdict.PermError, "", scanned.Fault);
        if (!DkimKey.Knows(signature.Algorithm))
            return signature.Algorithm == "rsa-sha1" ? Result(scanned, DkimVerdict.Policy, "rsa-sha1 is not accepted") : Result(scanned, DkimVerdict.Neutral, "an algorithm that is not known here");
        if (signature.Expires < now)
            return Result(scanned, DkimVerdict.Fail, "the signature has expired");
        if (scanned.BodyHash is not { } body)
            return Result(scanned, DkimVerdict.Neutral, "too many signatures");
        if (signature.BodyOctets > scanned.BodyOctets)
            return Result(scanned, DkimVerdict.PermError, "l= is more than the body has");
        return body.AsSpan().SequenceEqual(signature.BodyHash) ? null : Result(scanned, DkimVerdict.Fail, "the body was changed");
    }

    /// <param name="texts">What is published at the key's name; null: DNS gave no answer.</param>
    public static DkimResult WithKey(ScannedSignature scanned, CanonicalHeader header, IReadOnlyList<string>? texts)
    {
        SignatureField signature = scanned.Signature!;
        if (texts is null)
            return Result(scanned, DkimVerdict.TempError, "DNS gives no answer for the key");
        if (texts.Count == 0)
            return Result(scanned, DkimVerdict.PermError, "no key is published");
        using DkimKey? key = DkimKey.Read(DkimKey.Among(texts), out (DkimVerdict Verdict, string Reason) fault);
        if (key is null)
            return Result(scanned, fault.Verdict, fault.Reason);
        if (key.Algorithm != signature.Algorithm)
            return Result(scanned, DkimVerdict.PermError, "the key is for another algorithm");
        if (key.IsStrict && signature.Agent.Length > 0 && !signature.Agent[(signature.Agent.LastIndexOf('@') + 1)..].Equals(signature.Domain, StringComparison.OrdinalIgnoreCase))
            return Result(scanned, DkimVerdict.PermError, "the key is not for domains below");
        byte[] data = header.Signed(signature.SignedNames, header.Octets(scanned.Field), signature.Header);
        return key.Verifies(data, signature.Signature) ? Result(scanned, DkimVerdict.Pass, "") : Result(scanned, DkimVerdict.Fail, "the header was changed, or the key is another");
    }

    private static DkimResult Result(ScannedSignature scanned, DkimVerdict verdict, string reason)
    {
        SignatureField signature = scanned.Signature!;
        string mark = Convert.ToBase64String(signature.Signature);
        return new(verdict, signature.Domain, reason)
        {
            Selector = signature.Selector,
            Agent = signature.Agent,
            Algorithm = signature.Algorithm,
            UnsignedOctets = signature.BodyOctets is { } signed ? Math.Max(0, scanned.BodyOctets - signed) : 0,
            Mark = mark[..Math.Min(MarkLength, mark.Length)],
        };
    }
}
