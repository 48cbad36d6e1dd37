using System.Net;
using System.Net.Sockets;
using DirMail.Wire;

namespace DirMail.Transcripts;

/// <summary>What DNS says in transcripts: "nowhere.test" does not exist, "nullmx.test" takes no mail, "silent.test" gives no answer, all else is fine.</summary>
internal sealed class FixedDns : IDnsClient
{
    public Task<MxAnswer> MxAsync(string domain, CancellationToken cancellationToken) => Task.FromResult(domain switch
    {
        "nowhere.test" => new MxAnswer(DnsStatus.NoSuchDomain, []),
        "nullmx.test" => new MxAnswer(DnsStatus.Ok, [], IsNullMx: true),
        "silent.test" => new MxAnswer(DnsStatus.Unavailable, []),
        _ => new MxAnswer(DnsStatus.Ok, [new MxHost(10, "mx." + domain)]),
    });

    public Task<AddressAnswer> AddressesAsync(string host, CancellationToken cancellationToken) =>
        Task.FromResult(new AddressAnswer(DnsStatus.NoData, []));

    public Task<AddressAnswer> AddressesAsync(string host, AddressFamily family, CancellationToken cancellationToken) => AddressesAsync(host, cancellationToken);

    public Task<NameAnswer> NamesAsync(IPAddress address, CancellationToken cancellationToken) => Task.FromResult(new NameAnswer(DnsStatus.NoData, []));

    public Task<TextAnswer> TextsAsync(string domain, CancellationToken cancellationToken) => Task.FromResult(new TextAnswer(DnsStatus.NoData, []));

    public Task<TlsaAnswer> TlsaAsync(string host, int port, CancellationToken cancellationToken) => Task.FromResult(new TlsaAnswer(DnsStatus.NoData, false, []));
}
