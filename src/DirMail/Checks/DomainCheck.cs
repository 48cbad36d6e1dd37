using System.Net;
using System.Net.Sockets;
using DirMail.Wire;

namespace DirMail.Checks;

/// <summary>Looks at a domain as a receiver of its mail, and a sender to it, would: addresses, names, mail exchangers, SPF, certificate.</summary>
/// <param name="presentAsync">The certificate that the server shows at an address for a name.</param>
internal sealed class DomainCheck(IDnsClient dns, Func<IPAddress, string, CancellationToken, Task<PresentedCertificate>> presentAsync)
{
    private readonly Spf _spf = new(dns);

    public async Task<IReadOnlyList<Finding>> RunAsync(CheckedDomain domain, CancellationToken cancellationToken)
    {
        var findings = new List<Finding>();
        foreach (CheckedAddress address in domain.Addresses)
            findings.Add(Bound(address));
        findings.Add(await ForwardAsync(domain, cancellationToken));
        foreach (CheckedAddress address in domain.Addresses)
            findings.Add(await ReverseAsync(domain, address.Address, cancellationToken));
        foreach (string name in domain.Names)
            findings.Add(await ExchangersAsync(domain, name, cancellationToken));
        foreach (string name in domain.Names)
            foreach (CheckedAddress address in domain.Addresses)
                findings.Add(await SenderPolicyAsync(name, address.Address, cancellationToken));
        foreach (CheckedAddress address in domain.Addresses.Where(a => a.Problem is null))
            findings.Add((await presentAsync(address.Address, domain.HostName, cancellationToken)).Judge(address.Address, domain.HostName));
        return findings;
    }

    private static Finding Bound(CheckedAddress address)
    {
        string text = address.Address.ToString();
        if (address.Problem is { } problem)
            return new("address", text, FindingVerdict.Wrong, problem, $"give this host the address (ip address add {text} dev ...): until then the domain's mail waits");
        return IsPublic(address.Address) ? new("address", text, FindingVerdict.Ok, "on this host")
            : new("address", text, FindingVerdict.Unknown, "on this host, and not reachable from the Internet", "fine for a try-out, or behind a translation of addresses");
    }

    private async Task<Finding> ForwardAsync(CheckedDomain domain, CancellationToken cancellationToken)
    {
        if (!domain.HostName.Contains('.', StringComparison.Ordinal))
            return new("name", domain.HostName, FindingVerdict.Wrong, "not a full name", "set host.name to the host's name in DNS, such as mx.provider.example, or give the domain an address and a name of its own");
        AddressAnswer answer = await dns.AddressesAsync(domain.HostName, cancellationToken);
        if (answer.Status == DnsStatus.Unavailable)
            return Silent("name", domain.HostName);
        string found = answer.Addresses.Count == 0 ? Words(answer.Status) : string.Join(", ", answer.Addresses);
        IPAddress[] missing = [.. domain.Addresses.Select(a => a.Address).Where(a => !answer.Addresses.Contains(a))];
        IPAddress[] strange = [.. answer.Addresses.Where(a => domain.Addresses.Count > 0 && domain.Addresses.All(own => !own.Address.Equals(a)))];
        if (missing.Length > 0)
            return new("name", domain.HostName, FindingVerdict.Wrong, found, $"publish {string.Join(", ", missing.Select(ZoneLines.AddressRecord))}");
        if (answer.Addresses.Count == 0)
            return new("name", domain.HostName, FindingVerdict.Wrong, found, "publish the address of this host");
        return strange.Length == 0 ? new("name", domain.HostName, FindingVerdict.Ok, found)
            : new("name", domain.HostName, FindingVerdict.Wrong, found, $"{string.Join(", ", strange.AsEnumerable())} is not the domain's: take it out of DNS, or add it with mailDomainVirtualAddress");
    }

    private async Task<Finding> ReverseAsync(CheckedDomain domain, IPAddress address, CancellationToken cancellationToken)
    {
        NameAnswer answer = await dns.NamesAsync(address, cancellationToken);
        if (answer.Status == DnsStatus.Unavailable)
            return Silent("reverse", address.ToString());
        string found = answer.Names.Count == 0 ? Words(answer.Status) : string.Join(", ", answer.Names);
        return answer.Names.Contains(domain.HostName, StringComparer.OrdinalIgnoreCase) ? new("reverse", address.ToString(), FindingVerdict.Ok, found)
            : new("reverse", address.ToString(), FindingVerdict.Wrong, found, $"ask the owner of the address range for PTR {domain.HostName}.: many receivers refuse mail without it");
    }

    private async Task<Finding> ExchangersAsync(CheckedDomain domain, string name, CancellationToken cancellationToken)
    {
        MxAnswer answer = await dns.MxAsync(name, cancellationToken);
        string advice = $"publish {name}. MX 10 {domain.HostName}.";
        if (answer.Status == DnsStatus.Unavailable)
            return Silent("MX", name);
        if (answer.IsNullMx)
            return new("MX", name, FindingVerdict.Wrong, "a null MX: the domain takes no mail (RFC 7505)", advice);
        // RFC 5321 5.1: without MX the domain itself is the host
        IReadOnlyList<string> hosts = answer.Hosts.Count > 0 ? [.. answer.Hosts.Select(h => h.Name)] : answer.Status == DnsStatus.NoData ? [name] : [];
        var elsewhere = new List<string>();
        foreach (string host in hosts)
            if (!await IsOursAsync(domain, host, cancellationToken))
                elsewhere.Add(host);
        string found = answer.Hosts.Count == 0 ? Words(answer.Status) : string.Join(", ", answer.Hosts.Select(h => $"{h.Preference} {h.Name}"));
        if (elsewhere.Count == hosts.Count)
            return new("MX", name, FindingVerdict.Wrong, found, advice);
        return elsewhere.Count == 0 ? new("MX", name, FindingVerdict.Ok, found)
            : new("MX", name, FindingVerdict.Ok, $"{found}; {string.Join(", ", elsewhere)} is not this host", "right if that host hands on what it gets");
    }

    private async Task<bool> IsOursAsync(CheckedDomain domain, string host, CancellationToken cancellationToken) =>
        host.Equals(domain.HostName, StringComparison.OrdinalIgnoreCase)
        || (await dns.AddressesAsync(host, cancellationToken)).Addresses.Any(a => domain.Addresses.Any(own => own.Address.Equals(a)));

    private async Task<Finding> SenderPolicyAsync(string name, IPAddress address, CancellationToken cancellationToken)
    {
        SpfAnswer answer = await _spf.CheckAsync(name, address, cancellationToken);
        string subject = $"{name} from {address}", found = answer.Record.Length == 0 ? answer.Reason : $"{answer.Verdict.ToString().ToLowerInvariant()} by {answer.Reason}: {answer.Record}";
        return answer.Verdict switch
        {
            SpfVerdict.Pass => new("SPF", subject, FindingVerdict.Ok, found),
            SpfVerdict.TempError => Silent("SPF", subject),
            SpfVerdict.None => new("SPF", subject, FindingVerdict.Wrong, found, $"publish {name}. TXT \"v=spf1 {ZoneLines.SpfAddress(address)} -all\""),
            _ => new("SPF", subject, FindingVerdict.Wrong, found, $"put {ZoneLines.SpfAddress(address)} into the record, before what refuses"),
        };
    }

    private static Finding Silent(string check, string subject) => new(check, subject, FindingVerdict.Unknown, "DNS gives no answer", "try again later; setting dns.servers says who is asked");

    private static string Words(DnsStatus status) => status == DnsStatus.NoSuchDomain ? "does not exist" : "no such record";

    /// <summary>Loopback, private use (RFC 1918, RFC 4193), link-local (RFC 3927, RFC 4291).</summary>
    private static bool IsPublic(IPAddress address)
    {
        byte[] octets = address.GetAddressBytes();
        if (IPAddress.IsLoopback(address))
            return false;
        return address.AddressFamily == AddressFamily.InterNetworkV6 ? !address.IsIPv6LinkLocal && (octets[0] & 0xFE) != 0xFC
            : !(octets[0] == 10 || (octets[0] == 172 && octets[1] is >= 16 and < 32) || (octets[0] == 192 && octets[1] == 168) || (octets[0] == 169 && octets[1] == 254));
    }
}
