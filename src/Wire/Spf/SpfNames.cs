using System.Net;

namespace DirMail.Wire;

/// <summary>The names of the client that lead back to its address (RFC 7208 5.5), for ptr and the macro "p". Looked up once; failures mean: no name.</summary>
internal sealed class SpfNames(IDnsClient dns, IPAddress client)
{
    private const int MaxNames = 10;
    private Task<List<string>>? _checked;

    public async Task<bool> IsWithinAsync(string domain, CancellationToken cancellationToken) =>
        (await FindAsync(cancellationToken)).Exists(name => IsWithin(name, domain));

    /// <summary>The domain itself when it is one of them, else one below it, else any; "unknown" when there is none (RFC 7208 7.3).</summary>
    public async Task<string> BestAsync(string domain, CancellationToken cancellationToken)
    {
        List<string> names = await FindAsync(cancellationToken);
        return names.Find(name => name.Equals(domain, StringComparison.OrdinalIgnoreCase)) ?? names.Find(name => IsWithin(name, domain)) ?? names.FirstOrDefault() ?? "unknown";
    }

    private Task<List<string>> FindAsync(CancellationToken cancellationToken) => _checked ??= CheckAsync(cancellationToken);

    private async Task<List<string>> CheckAsync(CancellationToken cancellationToken)
    {
        var names = new List<string>();
        foreach (string name in (await dns.NamesAsync(client, cancellationToken)).Names.Take(MaxNames))
            if ((await dns.AddressesAsync(name, client.AddressFamily, cancellationToken)).Addresses.Contains(client))
                names.Add(name.TrimEnd('.'));
        return names;
    }

    private static bool IsWithin(string name, string domain) =>
        name.Equals(domain, StringComparison.OrdinalIgnoreCase) || name.EndsWith("." + domain, StringComparison.OrdinalIgnoreCase);
}
