using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using DirMail.Mail.Dkim;

namespace DirMail.Mail.Arc;

/// <summary>The chain of handlers that a message names, and whether it holds (RFC 8617 5.2). Keys are asked for by the caller.</summary>
public sealed class ArcChain
{
    /// <summary>RFC 8617 4.2.1.</summary>
    public const int MaxInstances = 50;

    private const string ResultsName = "ARC-Authentication-Results", SealName = "ARC-Seal";

    private readonly SignatureScan _scan;
    private readonly List<ArcSet> _sets = [];
    private readonly string? _fault;

    private ArcChain(SignatureScan scan)
    {
        _scan = scan;
        _fault = Collect();
    }

    /// <summary>Null: the message has none. The scan must be complete.</summary>
    public static ArcChain? Read(SignatureScan scan) =>
        scan.Header.Block.Fields.Any(static f => f.Name.StartsWith("ARC-", StringComparison.OrdinalIgnoreCase)) ? new(scan) : null;

    /// <summary>Names of the keys that <see cref="Judge"/> needs; none when it cannot hold anyway.</summary>
    public IReadOnlyList<string> KeyNames => _fault is not null || Newest is not { Signature: { } newest } ? []
        : [.. _sets.Select(static set => DkimKey.NameOf(set.Selector, set.Domain)).Append(DkimKey.NameOf(newest.Selector, newest.Domain)).Distinct()];

    /// <param name="keys">What is published at a name; null: DNS gave no answer.</param>
    public ArcResult Judge(Func<string, IReadOnlyList<string>?> keys, DateTimeOffset now)
    {
        string[] sealers = [.. _sets.Select(static set => set.Domain)];
        if (_fault is { } fault)
            return new(ArcVerdict.Fail, sealers, fault);
        if (Newest is not { Signature: { } signature } newest)
            return new(ArcVerdict.Fail, sealers, "the newest message signature cannot be read");
        DkimResult message = SignatureCheck.WithoutKey(newest, now) ?? SignatureCheck.WithKey(newest, _scan.Header, keys(DkimKey.NameOf(signature.Selector, signature.Domain)));
        if (message.Verdict != DkimVerdict.Pass)
            return new(message.Verdict == DkimVerdict.TempError ? ArcVerdict.TempError : ArcVerdict.Fail, sealers, $"newest message signature: {message.Reason}");
        for (int i = _sets.Count; i > 0; i--)
        {
            if (keys(DkimKey.NameOf(_sets[i - 1].Selector, _sets[i - 1].Domain)) is not { } texts)
                return new(ArcVerdict.TempError, sealers, $"DNS gives no answer for the key of seal {i}");
            if (!SealHolds(i, texts))
                return new(ArcVerdict.Fail, sealers, $"seal {i} does not hold");
        }
        return new(ArcVerdict.Pass, sealers, "") { SaysDmarcPassed = _sets[0].Results.Value.Split(';').Any(static part => part.TrimStart().StartsWith("dmarc=pass", StringComparison.OrdinalIgnoreCase)) };
    }

    private ScannedSignature? Newest => _scan.Signatures.FirstOrDefault(s => s.Field == _sets[^1].Message);

    /// <summary>Null: the sets are complete, numbered without a gap, and each seal says that all was well before.</summary>
    private string? Collect()
    {
        if (!TryByInstance(ResultsName, out HeaderField[]? results) || !TryByInstance(SignatureField.ArcName, out HeaderField[]? messages) || !TryByInstance(SealName, out HeaderField[]? seals)
            || results.Length != messages.Length || messages.Length != seals.Length || results.Length == 0)
            return "the sets are not complete";
        for (int i = 0; i < seals.Length; i++)
        {
            if (TagList.Parse(seals[i].Value) is not { } tags || !SignatureField.IsDomain(tags["d"] ?? "") || !SignatureField.IsDomain(tags["s"] ?? "") || tags["h"] is not null)
                return $"seal {i + 1} cannot be read";
            _sets.Add(new(results[i], messages[i], seals[i]) { Tags = tags });
        }
        int wrong = _sets.FindIndex(set => !(set.Tags["cv"] ?? "").Equals(set == _sets[0] ? "none" : "pass", StringComparison.OrdinalIgnoreCase));
        return wrong < 0 ? null : $"seal {wrong + 1} says that the chain was broken";
    }

    /// <summary>False when one is there twice, is missing or has no number.</summary>
    private bool TryByInstance(string name, [NotNullWhen(true)] out HeaderField[]? fields)
    {
        HeaderField[] found = [.. _scan.Header.Block.Fields.Where(f => f.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Take(MaxInstances + 1)];
        fields = found.Length > MaxInstances ? null : [.. found.OrderBy(ArcSet.InstanceOf)];
        return fields?.Select(ArcSet.InstanceOf).SequenceEqual(Enumerable.Range(1, found.Length)) == true;
    }

    /// <summary>A seal covers the sets up to its own, itself without its signature (RFC 8617 5.1.1).</summary>
    private bool SealHolds(int instance, IReadOnlyList<string> texts)
    {
        ArcSet last = _sets[instance - 1];
        if (texts.Count == 0 || last.Tags["a"] != DkimKey.RsaSha256 || last.Tags.Octets("b") is not { } signature)
            return false;
        using DkimKey? key = DkimKey.Read(DkimKey.Among(texts), out _);
        if (key is not { Algorithm: DkimKey.RsaSha256 })
            return false;
        var data = new ArrayBufferWriter<byte>(4096);
        foreach (ArcSet set in _sets.Take(instance))
        {
            foreach (HeaderField field in (HeaderField[])[set.Results, set.Message])
                CanonicalHeader.Write(data, _scan.Header.Octets(field), Canonicalization.Relaxed);
            if (set != last)
                CanonicalHeader.Write(data, _scan.Header.Octets(set.Seal), Canonicalization.Relaxed);
        }
        CanonicalHeader.Write(data, CanonicalHeader.WithoutSignature(_scan.Header.Octets(last.Seal)), Canonicalization.Relaxed, lineEnd: false);
        return key.Verifies(data.WrittenSpan, signature);
    }
}
