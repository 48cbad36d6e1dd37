using System.Collections.Immutable;

namespace DirMail.Routing;

/// <summary>
/// Where mail for domains that are not hosted here goes: a fixed host and port for some (setting <c>routes</c>), DNS for the rest. First match wins.
/// A pattern is a domain, ".domain" for everything below it, or "*".
/// </summary>
public sealed record Routes(ImmutableArray<Route> Entries)
{
    public Route? Find(string domainKey)
    {
        foreach (Route route in Entries)
            if (route.Matches(domainKey))
                return route;
        return null;
    }
}

/// <param name="Channel">Name of the channel; "smtp" unless set.</param>
/// <param name="Host">Host name or IP address to hand the mail to; empty: by MX of the recipient's domain.</param>
public sealed record Route(string Pattern, string Channel, string Host, int Port)
{
    /// <summary>Names one host or domain, not many: such a name may be an entry's mailHost.</summary>
    public bool IsOneHost => Host.Length > 0 && Pattern != "*" && !Pattern.StartsWith('.');

    internal bool Matches(string domainKey) =>
        Pattern == "*" || (Pattern.StartsWith('.') ? domainKey.EndsWith(Pattern, StringComparison.OrdinalIgnoreCase) : domainKey.Equals(Pattern, StringComparison.OrdinalIgnoreCase));
}
