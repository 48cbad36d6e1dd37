using DirMail.Mail.Dkim;

namespace DirMail.Mail.Arc;

/// <summary>What one handler of a message added to it (RFC 8617 4.1, 4.2).</summary>
internal sealed record ArcSet(HeaderField Results, HeaderField Message, HeaderField Seal)
{
    /// <summary>Of the seal.</summary>
    public required TagList Tags { get; init; }

    public string Domain => (Tags["d"] ?? "").ToLowerInvariant();

    public string Selector => (Tags["s"] ?? "").ToLowerInvariant();

    /// <summary>The number that a field of a set has; 0: none that may be.</summary>
    public static int InstanceOf(HeaderField field)
    {
        foreach (string tag in field.Value.Split(';'))
        {
            int equals = tag.IndexOf('=');
            if (equals > 0 && tag.AsSpan(0, equals).Trim() is "i")
                return int.TryParse(tag.AsSpan(equals + 1).Trim(), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out int instance) ? instance : 0;
        }
        return 0;
    }
}
