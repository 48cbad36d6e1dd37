using System.Net;
using System.Net.Sockets;
using DirMail.Wire;

namespace DirMail.Unit.Channels;

/// <summary>DNS with fixed answers; what is not listed does not exist.</summary>
internal sealed class FixedDns : IDnsClient
{
    public Dictionary<string, MxAnswer> Mx { get; } = [];
    public Dictionary<string, AddressAnswer> Addresses { get; } = [];
    public Dictionary<IPAddress, NameAnswer> Names { get; } = [];
    public Dictionary<string, TextAnswer> Texts { get; } = [];
    public Dictionary<string, TlsaAnswer> Tlsa { get; } = [];

    /// <summary>MX records are told when this is over.</summary>
    public Task BeforeMx { get; set; } = Task.CompletedTask;

    /// <summary>Names of addresses are told when this is over.</summary>
    public Task BeforeNames { get; set; } = Task.CompletedTask;

    /// <summary>Questions for names of addresses.</summary>
    public int NamesAsked { get; private set; }

    /// <summary>Somebody has asked for a text.</summary>
    public TaskCompletionSource TextAsked { get; } = new();

    /// <summary>A domain whose MX hosts, best first, have those addresses.</summary>
    public static FixedDns For(string domain, params string[] addresses)
    {
        var dns = new FixedDns();
        dns.Mx[domain] = new(DnsStatus.Ok, [.. addresses.Select(static (_, i) => new MxHost(10 * i, $"mx{i}.{Other}"))]);
        for (int i = 0; i < addresses.Length; i++)
            dns.Addresses[$"mx{i}.{Other}"] = new(DnsStatus.Ok, [IPAddress.Parse(addresses[i])]);
        return dns;
    }

    public async Task<MxAnswer> MxAsync(string domain, CancellationToken cancellationToken)
    {
        await BeforeMx;
        return Mx.GetValueOrDefault(domain, new(DnsStatus.NoSuchDomain, []));
    }

    public Task<AddressAnswer> AddressesAsync(string host, CancellationToken cancellationToken) => Task.FromResult(Addresses.GetValueOrDefault(host, new(DnsStatus.NoSuchDomain, [])));

    public async Task<AddressAnswer> AddressesAsync(string host, AddressFamily family, CancellationToken cancellationToken)
    {
        AddressAnswer all = await AddressesAsync(host, cancellationToken);
        IPAddress[] some = [.. all.Addresses.Where(address => address.AddressFamily == family)];
        return new(all.Status == DnsStatus.Ok && some.Length == 0 ? DnsStatus.NoData : all.Status, some);
    }

    public async Task<NameAnswer> NamesAsync(IPAddress address, CancellationToken cancellationToken)
    {
        NamesAsked++;
        await BeforeNames;
        return Names.GetValueOrDefault(address, new(DnsStatus.NoSuchDomain, []));
    }

    public Task<TextAnswer> TextsAsync(string domain, CancellationToken cancellationToken)
    {
        TextAsked.TrySetResult();
        return Task.FromResult(Texts.GetValueOrDefault(domain, new(DnsStatus.NoSuchDomain, [])));
    }

    public Task<TlsaAnswer> TlsaAsync(string host, int port, CancellationToken cancellationToken) => Task.FromResult(Tlsa.GetValueOrDefault(host, new(DnsStatus.NoSuchDomain, true, [])));

    private const string Other = "example.com";
}
