namespace DirMail.Mail.Dkim;

/// <summary>A field with a signature over header and body: DKIM-Signature (RFC 6376 3.5), or ARC-Message-Signature, which differs only in "i" and "v" (RFC 8617 4.1.2).</summary>
public sealed record SignatureField
{
    public const string DkimName = "DKIM-Signature", ArcName = "ARC-Message-Signature";
    private const int MaxNames = 1000;

    public required HeaderField Field { get; init; }
    public required string Domain { get; init; }
    public required string Selector { get; init; }

    /// <summary>Who signed, within or at <see cref="Domain"/>; for ARC "".</summary>
    public required string Agent { get; init; }
    public required string Algorithm { get; init; }
    public required IReadOnlyList<string> SignedNames { get; init; }
    public required Canonicalization Header { get; init; }
    public required Canonicalization Body { get; init; }

    /// <summary>Octets of the canonical body that are signed; null: all.</summary>
    public required long? BodyOctets { get; init; }
    public required byte[] BodyHash { get; init; }
    public required byte[] Signature { get; init; }
    public required DateTimeOffset? Expires { get; init; }

    /// <summary>Null, and in <paramref name="fault"/> what is wrong with it (RFC 6376 6.1.1).</summary>
    public static SignatureField? Read(HeaderField field, out string fault)
    {
        fault = "not a list of tags";
        if (TagList.Parse(field.Value) is not { } tags)
            return null;
        bool isArc = field.Name.Equals(ArcName, StringComparison.OrdinalIgnoreCase);
        fault = Missing(tags, isArc);
        string domain = (tags["d"] ?? "").TrimEnd('.').ToLowerInvariant(), agent = isArc ? "" : tags["i"] ?? "@" + domain;
        string[] names = tags.List("h") ?? [];
        if (fault.Length == 0)
            fault = !IsDomain(domain) || !IsDomain(tags["s"]!) ? "bad domain or selector"
                : !isArc && !IsWithin(agent, domain) ? "the agent is not of the domain"
                : !names.Contains("from", StringComparer.OrdinalIgnoreCase) ? "From is not signed"
                : names.Length > MaxNames ? "too many names"
                : tags.Number("l") < 0 || tags.Number("x") < 0 || tags.Number("t") < 0 || tags.Number("x") < tags.Number("t") ? "bad number" : "";
        if (fault.Length > 0 || Ways(tags["c"]) is not var (header, body))
        {
            fault = fault.Length > 0 ? fault : "unknown canonicalization";
            return null;
        }
        return new()
        {
            Field = field,
            Domain = domain,
            Selector = tags["s"]!.ToLowerInvariant(),
            Agent = agent,
            Algorithm = tags["a"]!.ToLowerInvariant(),
            SignedNames = names,
            Header = header,
            Body = body,
            BodyOctets = tags.Number("l"),
            BodyHash = tags.Octets("bh")!,
            Signature = tags.Octets("b")!,
            Expires = tags.Number("x") is { } seconds ? DateTimeOffset.UnixEpoch.AddSeconds(Math.Min(seconds, LastSecond)) : null,
        };
    }

    /// <summary>9999-12-31, the last that a date can say.</summary>
    private const long LastSecond = 253402300799;

    private static string Missing(TagList tags, bool isArc)
    {
        if (!isArc && tags["v"] != "1")
            return "unknown version";
        foreach (string tag in (string[])["a", "d", "s", "h"])
            if (string.IsNullOrEmpty(tags[tag]))
                return $"no {tag}=";
        return tags.Octets("b") is not { Length: > 0 } ? "no b=" : tags.Octets("bh") is not { Length: > 0 } ? "no bh=" : "";
    }

    internal static (Canonicalization Header, Canonicalization Body)? Ways(string? text)
    {
        string[] words = (text ?? "simple/simple").Split('/');
        return words.Length <= 2 && Way(words[0]) is { } header && Way(words.Length == 2 ? words[1] : "simple") is { } body ? (header, body) : null;
    }

    private static Canonicalization? Way(string word) => word.ToLowerInvariant() switch { "simple" => Canonicalization.Simple, "relaxed" => Canonicalization.Relaxed, _ => null };

    internal static bool IsDomain(string name) =>
        name.Length is > 0 and <= 253 && name.Split('.').All(static label => label.Length is > 0 and <= 63 && label.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'));

    private static bool IsWithin(string agent, string domain)
    {
        string own = agent[(agent.LastIndexOf('@') + 1)..];
        return agent.Contains('@') && (own.Equals(domain, StringComparison.OrdinalIgnoreCase) || own.EndsWith("." + domain, StringComparison.OrdinalIgnoreCase));
    }
}
