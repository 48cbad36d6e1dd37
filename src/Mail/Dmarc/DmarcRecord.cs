using DirMail.Mail.Dkim;

namespace DirMail.Mail.Dmarc;

public enum DmarcPolicy
{
    None,
    Quarantine,
    Reject,
}

/// <summary>What a domain wants done with mail that only claims to be its (RFC 7489 6.3).</summary>
public sealed record DmarcRecord(DmarcPolicy Policy, DmarcPolicy SubdomainPolicy, bool StrictDkim, bool StrictSpf, int Percent)
{
    private const string Version = "DMARC1";

    /// <summary>The record among what is published at "_dmarc"; null: none, or several, which counts as none (RFC 7489 6.6.3).</summary>
    public static DmarcRecord? Find(IEnumerable<string> texts)
    {
        TagList[] records = [.. texts.Where(static text => text.StartsWith("v=", StringComparison.Ordinal)).Select(TagList.Parse).OfType<TagList>().Where(static tags => tags["v"] == Version)];
        return records is [var only] ? Read(only) : null;
    }

    /// <summary>A policy that cannot be read, with somewhere to report to, is "none"; without, there is no record.</summary>
    private static DmarcRecord? Read(TagList tags)
    {
        DmarcPolicy? policy = Word(tags["p"]);
        if (policy is null && tags["rua"] is null)
            return null;
        return new(policy ?? DmarcPolicy.None, Word(tags["sp"]) ?? policy ?? DmarcPolicy.None, tags["adkim"] is "s" or "S", tags["aspf"] is "s" or "S",
            tags.Number("pct") is >= 0 and <= 100 and var percent ? (int)percent : 100);
    }

    private static DmarcPolicy? Word(string? word) => word?.ToLowerInvariant() switch { "none" => DmarcPolicy.None, "quarantine" => DmarcPolicy.Quarantine, "reject" => DmarcPolicy.Reject, _ => null };
}
