using System.Collections.Immutable;
using DirMail.Mail;

namespace DirMail.Routing;

/// <summary>
/// Where mail for domains that are not hosted here goes: a fixed host and port for some (setting <c>routes</c>), DNS for the rest; for everybody's mail, or for that of one domain here.
/// First match wins. A pattern is a domain, ".domain" for everything below it, or "*".
/// </summary>
public sealed record Routes(ImmutableArray<Route> Entries)
{
    /// <param name="sender">The domain whose mail it is.</param>
    /// <param name="domainOf">Whose name a name is; null: nobody's.</param>
    public Route? Find(string domainKey, EntryId sender, Func<string, EntryId?> domainOf)
    {
        foreach (Route route in Entries)
            if (route.Matches(domainKey) && (route.Sender is not { } name || domainOf(name) == sender))
                return route;
        return null;
    }

    /// <summary>
    /// The fixed hosts that take what the queue has for a destination, each as good as the others; empty: it goes by MX. Servers that a domain of ours names (<see cref="RelayServer.Destination"/>) need
    /// no entry: one without is its own.
    /// </summary>
    public ImmutableArray<Route> Hosts(string destination, EntryId sender, Func<string, EntryId?> domainOf)
    {
        ImmutableArray<string> servers = RelayServer.Parts(destination);
        if (servers.IsEmpty)
            return Find(destination, sender, domainOf) is { Host.Length: > 0 } route ? [route] : [];
        return [.. servers.Select(server => RelayServer.Parse(server) is { Port: { } port } named ? OfDirectory(server, named.Host, port)
            : Find(server, sender, domainOf) is { Host.Length: > 0 } route ? route : OfDirectory(server, server, RelayServer.UsualPort))];
    }

    private static Route OfDirectory(string name, string host, int port) => new(name, "smtp", host, port) { IsOfDirectory = true };

    /// <summary>The routes that a destination may take, in order: those of single domains here, and last the one of everybody else, if there is one.</summary>
    public IEnumerable<Route> All(string domainKey)
    {
        foreach (Route route in Entries.Where(route => route.Matches(domainKey)))
        {
            yield return route;
            if (route.Sender is null)
                yield break;
        }
    }
}

/// <param name="Channel">Name of the channel; "smtp" unless set.</param>
/// <param name="Host">Host name or IP address to hand the mail to; empty: by MX of the recipient's domain.</param>
public sealed record Route(string Pattern, string Channel, string Host, int Port)
{
    /// <summary>A name of the domain here whose mail alone goes this way; null: everybody's.</summary>
    public string? Sender { get; init; }

    /// <summary>Named by a domain of ours, not by the settings.</summary>
    public bool IsOfDirectory { get; init; }

    /// <summary>No mail leaves without TLS and a certificate for the host.</summary>
    public bool RequiresTls { get; init; }

    /// <summary>The server expects TLS from the first octet (RFC 8314 3.3); then it is required, too.</summary>
    public bool IsTlsFirst { get; init; }

    /// <summary>How to log in there; null: not at all.</summary>
    public RelayLogin? Login { get; init; }

    /// <summary>Names one host or domain, not many: such a name may be an entry's mailHost.</summary>
    public bool IsOneHost => Host.Length > 0 && Sender is null && Pattern != "*" && !Pattern.StartsWith('.');

    internal bool Matches(string domainKey) =>
        Pattern == "*" || (Pattern.StartsWith('.') ? domainKey.EndsWith(Pattern, StringComparison.OrdinalIgnoreCase) : domainKey.Equals(Pattern, StringComparison.OrdinalIgnoreCase));
}

/// <summary>A login at another server. The password stays in its file: it is read when it is needed, so that a new one needs no restart.</summary>
/// <param name="PasswordFile">Its first line is the password.</param>
public sealed record RelayLogin(string Name, string PasswordFile);
