namespace DirMail.Mail.Dmarc;

/// <summary>
/// Knows below which names domains of different owners begin, from the public suffix list. Without the list every top-level domain is such a name and nothing else:
/// then "a.co.uk" and "b.co.uk" look like one organization's, and alignment is taken too generously there.
/// </summary>
public sealed class PublicSuffixes
{
    public static readonly PublicSuffixes TopLevelOnly = new([]);

    private readonly HashSet<string> _suffixes = new(StringComparer.Ordinal);
    private readonly HashSet<string> _exceptions = new(StringComparer.Ordinal);

    /// <param name="lines">Of the list: a rule a line, comments begin with "//".</param>
    public PublicSuffixes(IEnumerable<string> lines)
    {
        foreach (string line in lines)
        {
            string rule = line.Split(' ', '\t')[0];
            if (rule.Length == 0 || rule.StartsWith("//", StringComparison.Ordinal))
                continue;
            bool isException = rule[0] == '!';
            if (Key(isException ? rule[1..] : rule) is { } key)
                (isException ? _exceptions : _suffixes).Add(key);
        }
    }

    /// <summary>The public suffix and one label more; the domain itself when it has no more (RFC 7489 3.2).</summary>
    public string OrganizationalDomain(string domain)
    {
        string[] labels = domain.TrimEnd('.').ToLowerInvariant().Split('.');
        int suffix = 1;
        for (int count = 1; count <= labels.Length; count++)
        {
            string name = string.Join('.', labels[^count..]);
            if (_exceptions.Contains(name))
            {
                suffix = count - 1;
                break;
            }
            if (_suffixes.Contains(name) || (count > 1 && _suffixes.Contains("*." + string.Join('.', labels[^(count - 1)..]))))
                suffix = count;
        }
        return string.Join('.', labels[^Math.Min(labels.Length, suffix + 1)..]);
    }

    /// <summary>In A-labels, as domains are compared here; the list has its own scripts.</summary>
    private static string? Key(string rule)
    {
        if (System.Text.Ascii.IsValid(rule))
            return rule.ToLowerInvariant();
        bool isWild = rule.StartsWith("*.", StringComparison.Ordinal);
        return MailAddress.TryParse($"x@{(isWild ? rule[2..] : rule)}", out MailAddress address) ? (isWild ? "*." : "") + address.DomainKey : null;
    }
}
