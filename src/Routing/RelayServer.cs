using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using DirMail.Mail;

namespace DirMail.Routing;

/// <summary>
/// A mail server as the directory names it (mailRoutingHosts, mailRoutingSmartHost): a host name, an IPv4 address, or an address literal (RFC 5321 4.1.3), each with ":port" where it is not 25.
/// </summary>
/// <param name="Host">A host name in lower case, or an address without brackets.</param>
/// <param name="Port">Null: none is said.</param>
public sealed record RelayServer(string Host, int? Port)
{
    internal const int UsualPort = 25;

    /// <summary>The host, where it is given by address.</summary>
    public IPAddress? Address { get; } = IPAddress.TryParse(Host, out IPAddress? address) ? address : null;

    /// <summary>Null: it is none.</summary>
    public static RelayServer? Parse(string text)
    {
        int end = text.StartsWith('[') ? text.IndexOf(']') + 1 : text.IndexOf(':') is >= 0 and var colon ? colon : text.Length;
        if (end == 0 || Named(text[..end]) is not { } host)
            return null;
        if (end == text.Length)
            return new(host, null);
        return text[end] == ':' && int.TryParse(text.AsSpan(end + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port is > 0 and < 65536 ? new(host, port) : null;
    }

    /// <summary>What the queue calls them together: in one order, so that it is the same whatever order the directory sends them in.</summary>
    /// <param name="routed">Hosts that have a route, as that spells them: without a port such a host is the route's.</param>
    public static string Destination(IEnumerable<RelayServer> servers, IReadOnlyDictionary<string, string> routed) =>
        string.Join(',', servers.Select(server => server.Port is null && routed.TryGetValue(server.Host, out string? route) ? route : server.WithPort()).Distinct().Order(StringComparer.Ordinal));

    /// <summary>The parts of a <see cref="Destination"/>; none when it is a plain domain or a host with a route.</summary>
    public static ImmutableArray<string> Parts(string destination) =>
        destination.Contains(',') || Parse(destination) is { Port: not null } ? [.. destination.Split(',')] : [];

    public override string ToString() => Port is null ? Bracketed() : WithPort();

    private string WithPort() => string.Create(CultureInfo.InvariantCulture, $"{Bracketed()}:{Port ?? UsualPort}");

    private string Bracketed() => Address is null ? Host : $"[{Host}]";

    private static string? Named(string text)
    {
        string inside = !text.StartsWith('[') ? text : text.StartsWith("[IPv6:", StringComparison.OrdinalIgnoreCase) ? text[6..^1] : text[1..^1];
        if (IPAddress.TryParse(inside, out IPAddress? address))
            return inside.Contains('%') || (!inside.Contains(':') && address.ToString() != inside) ? null : Usable(address);
        return MailAddress.TryDomainKey(text, out string key) && key[0] != '[' && !char.IsAsciiDigit(key[^1]) ? key : null;
    }

    private static string? Usable(IPAddress address) =>
        address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any) || address.IsIPv6Multicast || address.IsIPv4MappedToIPv6 || address.GetAddressBytes() is [>= 224, _, _, _] ? null : address.ToString();
}
