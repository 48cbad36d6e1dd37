using System.Net;
using System.Net.Sockets;
using DirMail.Wire;

namespace DirMail.Transcripts;

/// <summary>
/// A name server in memory. Without being told: "nowhere.test" does not exist, "nullmx.test" takes no mail, "silent.test" gives no answer, asking for "bug.test" throws, every other domain has a mail server, and
/// there is no other record anywhere.
/// </summary>
internal sealed class FixedDns : IDnsClient
{
    private const string Silent = "silent.test";

    private readonly List<(string Name, string Type, string Value)> _records = [];

    /// <param name="type">"A", "TXT" or "PTR"; of the last the name is the address.</param>
    public void Add(string name, string type, string value)
    {
        lock (_records)
            _records.Add((name, type, value));
    }

    public Task<MxAnswer> MxAsync(string domain, CancellationToken cancellationToken) => Task.FromResult(domain switch
    {
        "nowhere.test" => new MxAnswer(DnsStatus.NoSuchDomain, []),
        "nullmx.test" => new MxAnswer(DnsStatus.Ok, [], IsNullMx: true),
        Silent => new MxAnswer(DnsStatus.Unavailable, []),
        "bug.test" => throw new InvalidOperationException("as a bug would"),
        _ => new MxAnswer(DnsStatus.Ok, [new MxHost(10, "mx." + domain)]),
    });

    public Task<AddressAnswer> AddressesAsync(string host, CancellationToken cancellationToken)
    {
        (DnsStatus status, IReadOnlyList<string> values) = Find(host, "A");
        return Task.FromResult(new AddressAnswer(status, [.. values.Select(IPAddress.Parse)]));
    }

    public Task<AddressAnswer> AddressesAsync(string host, AddressFamily family, CancellationToken cancellationToken) => AddressesAsync(host, cancellationToken);

    public Task<NameAnswer> NamesAsync(IPAddress address, CancellationToken cancellationToken)
    {
        (DnsStatus status, IReadOnlyList<string> names) = Find(address.ToString(), "PTR");
        return Task.FromResult(new NameAnswer(status, names));
    }

    public Task<TextAnswer> TextsAsync(string domain, CancellationToken cancellationToken)
    {
        (DnsStatus status, IReadOnlyList<string> texts) = Find(domain, "TXT");
        return Task.FromResult(new TextAnswer(status, texts));
    }

    public Task<TlsaAnswer> TlsaAsync(string host, int port, CancellationToken cancellationToken) => Task.FromResult(new TlsaAnswer(DnsStatus.NoData, false, []));

    private (DnsStatus, IReadOnlyList<string>) Find(string name, string type)
    {
        lock (_records)
        {
            string[] found = [.. _records.Where(record => record.Name == name && record.Type == type).Select(static record => record.Value)];
            return (found.Length > 0 ? DnsStatus.Ok : name == Silent ? DnsStatus.Unavailable : DnsStatus.NoData, found);
        }
    }
}
