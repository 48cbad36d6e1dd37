using System.Collections.Immutable;
using System.Globalization;

namespace DirMail.Channels.Smtp;

/// <summary>What a domain says of the servers that take its mail (MTA-STS, RFC 8461 3.2).</summary>
/// <param name="Hosts">Names, or patterns "*.example.org" of exactly one label more; lower-case.</param>
/// <param name="MaxAge">How long the policy holds after it was fetched.</param>
internal sealed record StsPolicy(StsMode Mode, ImmutableArray<string> Hosts, TimeSpan MaxAge)
{
    private static readonly TimeSpan LongestAge = TimeSpan.FromSeconds(31_557_600);

    /// <summary>Null: the text is no policy. Fields that nobody knows are passed over, a repeated one counts once (RFC 8461 3.2).</summary>
    public static StsPolicy? Parse(string text)
    {
        string? version = null, mode = null, age = null;
        List<string> hosts = [];
        foreach (string line in text.Split('\n'))
        {
            int colon = line.IndexOf(':');
            if (colon < 0)
                continue;
            string value = line[(colon + 1)..].Trim(' ', '\t', '\r');
            switch (line[..colon].Trim(' ', '\t'))
            {
                case "version":
                    version ??= value;
                    break;
                case "mode":
                    mode ??= value;
                    break;
                case "max_age":
                    age ??= value;
                    break;
                case "mx":
                    hosts.Add(value.TrimEnd('.').ToLowerInvariant());
                    break;
            }
        }
        if (version != "STSv1" || ModeOf(mode) is not { } known || age is not { Length: <= 10 } || !long.TryParse(age, NumberStyles.None, CultureInfo.InvariantCulture, out long seconds))
            return null;
        // a policy without hosts would let no server take the mail
        if (hosts.Count == 0 && known != StsMode.None)
            return null;
        return new(known, [.. hosts], TimeSpan.FromSeconds(Math.Min(seconds, (long)LongestAge.TotalSeconds)));
    }

    /// <summary>Whether the host may take the domain's mail (RFC 8461 4.1).</summary>
    public bool Names(string host)
    {
        string name = host.TrimEnd('.').ToLowerInvariant();
        return Hosts.Any(pattern => pattern.StartsWith("*.", StringComparison.Ordinal)
            ? name.IndexOf('.') is > 0 and var dot && name.AsSpan(dot).SequenceEqual(pattern.AsSpan(1))
            : name == pattern);
    }

    private static StsMode? ModeOf(string? word) => word switch
    {
        "enforce" => StsMode.Enforce,
        "testing" => StsMode.Testing,
        "none" => StsMode.None,
        _ => null,
    };
}

internal enum StsMode
{
    /// <summary>The domain has no policy (any more).</summary>
    None,

    /// <summary>What does not fit is told, and the mail goes out all the same.</summary>
    Testing,

    /// <summary>What does not fit gets no mail.</summary>
    Enforce,
}
