using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace DirMail.Wire;

/// <summary>
/// Asks recursive resolvers (RFC 1035, 3596, 6891, 2308). Own code, because the framework's resolver knows no MX. Answers are checked and bounded, never trusted;
/// "localhost" and address literals are known without asking.
/// </summary>
public sealed class DnsClient(DnsSettings settings, TimeProvider clock) : IDnsClient
{
    private readonly DnsResolver _resolver = new(settings, clock);

    public async Task<MxAnswer> MxAsync(string domain, CancellationToken cancellationToken)
    {
        if (Known(domain) is not null)
            return new(DnsStatus.NoData, []);
        DnsAnswer answer = await _resolver.ResolveAsync(domain, DnsType.Mx, cancellationToken);
        if (answer is { Status: DnsStatus.Ok, Records: [{ Target: "" }] })
            return new(DnsStatus.Ok, [], IsNullMx: true) { IsAuthentic = answer.IsAuthentic };
        MxHost[] hosts = [.. answer.Records.Where(static record => record.Target.Length > 0).Select(static record => new MxHost(record.Preference, record.Target)).OrderBy(static host => host.Preference)];
        return new(answer.Status, hosts) { IsAuthentic = answer.IsAuthentic };
    }

    public async Task<AddressAnswer> AddressesAsync(string host, CancellationToken cancellationToken)
    {
        if (Known(host) is { } known)
            return new(DnsStatus.Ok, known);
        Task<DnsAnswer> v4 = _resolver.ResolveAsync(host, DnsType.A, cancellationToken);
        Task<DnsAnswer> v6 = _resolver.ResolveAsync(host, DnsType.Aaaa, cancellationToken);
        DnsAnswer[] answers = await Task.WhenAll(v4, v6);
        IPAddress[] addresses = [.. answers.SelectMany(static answer => answer.Records).Select(static record => record.Address).OfType<IPAddress>()];
        return new(addresses.Length > 0 ? DnsStatus.Ok : Worst(answers[0].Status, answers[1].Status), addresses) { IsAuthentic = answers.All(static answer => answer.IsAuthentic) };
    }

    public async Task<AddressAnswer> AddressesAsync(string host, AddressFamily family, CancellationToken cancellationToken)
    {
        if (Known(host) is { } known)
            return new(DnsStatus.Ok, [.. known.Where(address => address.AddressFamily == family)]);
        DnsAnswer answer = await _resolver.ResolveAsync(host, family == AddressFamily.InterNetwork ? DnsType.A : DnsType.Aaaa, cancellationToken);
        return new(answer.Status, [.. answer.Records.Select(static record => record.Address).OfType<IPAddress>()]);
    }

    public async Task<NameAnswer> NamesAsync(IPAddress address, CancellationToken cancellationToken)
    {
        DnsAnswer answer = await _resolver.ResolveAsync(ReverseName(address), DnsType.Ptr, cancellationToken);
        return new(answer.Status, [.. answer.Records.Select(static record => record.Target).Where(static name => name.Length > 0)]);
    }

    public async Task<TextAnswer> TextsAsync(string domain, CancellationToken cancellationToken)
    {
        DnsAnswer answer = await _resolver.ResolveAsync(domain, DnsType.Txt, cancellationToken);
        return new(answer.Status, [.. answer.Records.Select(static record => record.Text)]);
    }

    public async Task<TlsaAnswer> TlsaAsync(string host, int port, CancellationToken cancellationToken)
    {
        if (Known(host) is not null)
            return new(DnsStatus.NoData, false, []);
        DnsAnswer answer = await _resolver.ResolveAsync(string.Create(CultureInfo.InvariantCulture, $"_{port}._tcp.{host}"), DnsType.Tlsa, cancellationToken);
        return new(answer.Status, answer.IsAuthentic, [.. answer.Records.Select(static record => record.Tlsa).OfType<TlsaRecord>()]);
    }

    private static IPAddress[]? Known(string host)
    {
        string name = DnsQuery.Canonical(host);
        if (name == "localhost" || name.EndsWith(".localhost", StringComparison.Ordinal))
            return [IPAddress.Loopback, IPAddress.IPv6Loopback];
        string literal = name.StartsWith('[') && name.EndsWith(']') ? name[1..^1].Replace("ipv6:", "", StringComparison.Ordinal) : name;
        return (literal.Contains(':') || literal.Count(static c => c == '.') == 3) && IPAddress.TryParse(literal, out IPAddress? address) ? [address] : null;
    }

    // Without an address: what is not known may still be there; a name that does not exist does so for both families.
    private static DnsStatus Worst(DnsStatus v4, DnsStatus v6) =>
        v4 == DnsStatus.NoSuchDomain || v6 == DnsStatus.NoSuchDomain ? DnsStatus.NoSuchDomain
        : v4 == DnsStatus.Unavailable || v6 == DnsStatus.Unavailable ? DnsStatus.Unavailable
        : DnsStatus.NoData;

    /// <summary>The name that holds an address's names (RFC 1035 3.5, RFC 3596 2.5).</summary>
    public static string ReverseName(IPAddress address)
    {
        byte[] octets = (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).GetAddressBytes();
        bool isV4 = octets.Length == 4;
        var name = new StringBuilder();
        foreach (byte octet in octets.Reverse())
            if (isV4)
                name.Append(CultureInfo.InvariantCulture, $"{octet}.");
            else
                name.Append(CultureInfo.InvariantCulture, $"{octet & 15:x}.{octet >> 4:x}.");
        return name.Append(isV4 ? "in-addr.arpa" : "ip6.arpa").ToString();
    }
}
