using System.Net;
using System.Net.Sockets;

namespace DirMail.Wire;

/// <summary>DNS as mail needs it. The machine boundary: tests give fixed answers.</summary>
public interface IDnsClient
{
    Task<MxAnswer> MxAsync(string domain, CancellationToken cancellationToken);

    /// <summary>A and AAAA of a host name.</summary>
    Task<AddressAnswer> AddressesAsync(string host, CancellationToken cancellationToken);

    /// <summary>A alone, or AAAA alone: what is absent or not answered is that family's.</summary>
    Task<AddressAnswer> AddressesAsync(string host, AddressFamily family, CancellationToken cancellationToken);

    /// <summary>Names of an address (PTR).</summary>
    Task<NameAnswer> NamesAsync(IPAddress address, CancellationToken cancellationToken);

    /// <summary>TXT records, each with its strings joined (RFC 7208 3.3).</summary>
    Task<TextAnswer> TextsAsync(string domain, CancellationToken cancellationToken);

    /// <summary>TLSA records of a host's port over TCP (RFC 6698 3).</summary>
    Task<TlsaAnswer> TlsaAsync(string host, int port, CancellationToken cancellationToken);
}

public enum DnsStatus
{
    Ok,

    /// <summary>The domain does not exist (NXDOMAIN).</summary>
    NoSuchDomain,

    /// <summary>It exists and has no such records.</summary>
    NoData,

    /// <summary>No answer, or SERVFAIL: try again later.</summary>
    Unavailable,
}

/// <summary>MX hosts by preference, equal ones as they came. A null MX (RFC 7505) is status Ok with <paramref name="IsNullMx"/>.</summary>
public sealed record MxAnswer(DnsStatus Status, IReadOnlyList<MxHost> Hosts, bool IsNullMx = false)
{
    /// <summary>Validated with DNSSEC by a resolver on this machine.</summary>
    public bool IsAuthentic { get; init; }
}

public sealed record MxHost(int Preference, string Name);

public sealed record AddressAnswer(DnsStatus Status, IReadOnlyList<IPAddress> Addresses)
{
    /// <summary>As <see cref="MxAnswer.IsAuthentic"/>, of both families.</summary>
    public bool IsAuthentic { get; init; }
}

public sealed record NameAnswer(DnsStatus Status, IReadOnlyList<string> Names);

public sealed record TextAnswer(DnsStatus Status, IReadOnlyList<string> Texts);

/// <param name="IsAuthentic">As <see cref="MxAnswer.IsAuthentic"/>; what is not authentic must not be used.</param>
public sealed record TlsaAnswer(DnsStatus Status, bool IsAuthentic, IReadOnlyList<TlsaRecord> Records);
