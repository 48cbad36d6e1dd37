using System.Net;

namespace DirMail.Wire;

public sealed record ListenerSettings
{
    /// <summary>Shared by listeners that are limited together.</summary>
    public ConnectionCounts Counts { get; init; } = new(new());

    /// <summary>Said to a client that meets a limit before the connection is closed, with its line end; nothing is said where TLS comes first.</summary>
    public string Busy { get; init; } = "";

    /// <summary>TLS from the first octet; null: plain.</summary>
    public ICertificates? ImplicitTls { get; init; }

    /// <summary>Proxies: connections from there begin with a header of the PROXY protocol, always; from anywhere else such a header is what any other garbage is.</summary>
    public IReadOnlyList<IPNetwork> ProxyFrom { get; init; } = [];

    internal bool IsProxy(IPAddress peer) => ProxyFrom.Any(network => network.Contains(peer));
}
